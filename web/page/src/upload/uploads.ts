import type { AethelExportClient, Limits } from "@aethel/export-client";
import type { ServiceLink } from "../service-link.ts";
import { Upload } from "./upload.ts";

/** The uploads of all projects that were looked at; leaving the page while one runs is asked about. */
export class Uploads {
  readonly #known = new Map<string, Upload>();

  constructor(
    private readonly client: AethelExportClient,
    private readonly link: ServiceLink,
    private readonly limits: Limits,
  ) {
    addEventListener("beforeunload", (event) => {
      if ([...this.#known.values()].some(({ isRunning }) => isRunning)) event.preventDefault();
    });
  }

  of(projectId: string): Upload {
    let upload = this.#known.get(projectId);
    if (upload === undefined) {
      upload = new Upload(projectId, this.client, this.link, this.limits);
      this.#known.set(projectId, upload);
    }
    return upload;
  }

  /** Ends all of them, as at signing out. */
  clear(): void {
    for (const upload of this.#known.values()) upload.cancel();
    this.#known.clear();
  }
}
