/** `<live-exports>`: the exports that are running, and the newest that have ended. */
import type { AethelExportClient, ExportSummary } from "@aethel/export-client";
import { type TemplateResult, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { errorText } from "../error-text.ts";
import { ExportsElement } from "../exports-element.ts";
import "./export-card.ts";
import { type Selection, select } from "./selection.ts";

const POLL_MS = 5_000; // for what another tab, or the command line, has asked for
const PAGE_SIZE = 50;

export class LiveExports extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    projectId: { attribute: false },
    exports: { state: true },
    failure: { state: true },
  };
  declare client: AethelExportClient;
  declare projectId: string;
  declare private exports: readonly ExportSummary[] | null;
  declare private failure: Error | null;

  static override styles = [
    ExportsElement.styles,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      h2:focus {
        outline: none;
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr));
        gap: 0.75rem;
        align-items: start;
      }
      export-card[shows-log] {
        grid-column: 1 / -1;
      }
    `,
  ];

  readonly #seen = new Set<string>(); // what has been shown while it was running stays
  #timer: ReturnType<typeof setInterval> | undefined;
  #asked = 0; // requests; the answer to the last one counts

  constructor() {
    super();
    this.exports = null;
    this.failure = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || void this.refresh(), POLL_MS);
    void this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  /** Ask which exports there are. */
  async refresh(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const { exports } = await this.client.listExports(this.projectId, { pageSize: PAGE_SIZE });
      if (asked === this.#asked) Object.assign(this, { exports, failure: null });
    } catch (error) {
      if (asked === this.#asked) this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Show what has just been asked for; where nothing else is left to do, it is brought into view and has the focus. */
  async welcome(attend: boolean): Promise<void> {
    await this.refresh();
    await this.updateComplete;
    if (!attend) return;
    const heading = this.renderRoot.querySelector("h2");
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView({ block: "center" });
  }

  override render(): TemplateResult | typeof nothing {
    const { live } = this.t;
    const { shown, left } = this.#select();
    if (shown.length === 0 && !this.failure) return nothing;
    return html`<section aria-labelledby="title">
      <h2 id="title" tabindex="-1">${live.title}</h2>
      ${
        this.failure && !this.exports
          ? html`<p class="notice danger" role="alert">${errorText(this.failure)}</p>`
          : nothing
      }
      <div class="cards">
        ${repeat(
          shown,
          ({ id }) => id,
          (summary) =>
            html`<export-card .client=${this.client} .projectId=${this.projectId} .summary=${summary}></export-card>`,
        )}
      </div>
      ${left > 0 ? html`<p class="muted">${live.more(left)}</p>` : nothing}
    </section>`;
  }

  /** Where there is nothing to show the element takes no place either, nor the gap below it. */
  override updated(): void {
    this.hidden = this.renderRoot.childElementCount === 0;
  }

  #select(): Selection {
    const selection = select(this.exports ?? [], this.#seen);
    for (const { id } of selection.running) this.#seen.add(id);
    return selection;
  }
}

customElements.define("live-exports", LiveExports);
