/** What a film costs, asked of the service while the form is filled in: nothing here knows how that is worked out. */
import { type AethelExportClient, type ExportPrice, ExportError } from "@aethel/export-client";

import type { FullRequest } from "../form/requests.ts";

const PAUSE_MS = 250; // somebody is typing

/** What the service says of a request: its price and what is made, or what is wrong with it; neither where it cannot be asked. */
export interface Priced {
  readonly minutes: number | null;
  readonly film: ExportPrice["film"];
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** Asks for prices; of several questions the last one is answered. */
export class FilmPrice {
  /** Null while it is being asked for. */
  now: Priced | null = null;

  #asked = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  /** Ask what a request costs, unless that is the last question again. */
  of(request: FullRequest, client: AethelExportClient): void {
    const question = JSON.stringify(request);
    if (question === this.#asked) return;
    this.#asked = question;
    this.now = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#answer(question, request, client), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asked = "";
  }

  async #answer(question: string, request: FullRequest, client: AethelExportClient): Promise<void> {
    const priced = await client.priceOf(request).then(
      ({ estimatedMinutes: minutes, film }): Priced => ({ minutes, film, problems: [] }),
      (error: unknown): Priced => ({
        minutes: null,
        film: null,
        problems: error instanceof ExportError ? error.details : [],
      }),
    );
    if (question !== this.#asked) return;
    this.now = priced;
    this.changed();
  }
}
