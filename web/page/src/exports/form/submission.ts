/** Sending the requests of a form: each by itself, so that one refusal stops no other. */
import { type AethelExportClient, ExportError, type PlatformName } from "@aethel/export-client";

import type { FullRequest } from "./requests.ts";

export type Outcome =
  | { readonly platform: PlatformName; readonly exportId: string }
  | { readonly platform: PlatformName; readonly error: Error };

/** Sends requests. One whose answer never came is sent with the same key again, so that it is not made twice. */
export class Submission {
  readonly #keys = new Map<string, string>();

  constructor(
    private readonly client: AethelExportClient,
    private readonly projectId: string,
  ) {}

  async send(requests: readonly FullRequest[]): Promise<Outcome[]> {
    return Promise.all(requests.map((request) => this.#sendOne(request)));
  }

  async #sendOne(request: FullRequest): Promise<Outcome> {
    const body = JSON.stringify(request);
    const idempotencyKey = this.#keys.get(body) ?? crypto.randomUUID();
    this.#keys.set(body, idempotencyKey);
    try {
      const created = await this.client.createExport(this.projectId, request, { idempotencyKey });
      this.#keys.delete(body);
      return { platform: request.platform, exportId: created.export.id };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (error instanceof ExportError && !error.retryable) this.#keys.delete(body);
      return { platform: request.platform, error };
    }
  }
}
