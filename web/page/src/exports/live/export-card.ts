/** `<export-card>`: one running or recent export, and what can be done with it. */
import type { AethelExportClient, ExportSummary } from "@aethel/export-client";
import { ExportWatch } from "@aethel/export-components";
import { type TemplateResult, css, html, nothing } from "lit";

import { projectHash } from "../../router.ts";
import { exportIcon } from "../export-icons.ts";
import { ExportsElement } from "../exports-element.ts";
import { isFilm, isPlayable } from "./playable.ts";

/** Event `play-requested` (`{exportId}`). */
export class ExportCard extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    projectId: { attribute: false },
    summary: { attribute: false },
    showsLog: { state: true, attribute: "shows-log", reflect: true, type: Boolean },
  };
  declare client: AethelExportClient;
  declare projectId: string;
  declare summary: ExportSummary;
  declare private showsLog: boolean;

  static override styles = [
    ExportsElement.styles,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      aethel-export-log {
        --aethel-log-height: 14rem;
      }
      [slot="actions"] {
        min-height: 2rem;
      }
      a[slot="actions"] {
        display: inline-flex;
        align-items: center;
        padding-inline: 0.5rem;
      }
    `,
  ];

  readonly #watch = new ExportWatch(this, () => ({
    client: this.client,
    projectId: this.projectId,
    exportId: this.summary.id,
  }));

  constructor() {
    super();
    this.showsLog = false;
  }

  override render(): TemplateResult {
    const { id, platform, createdAt } = this.summary;
    const { live } = this.t;
    const asked = createdAt ? new Date(createdAt) : null;
    const state = this.#watch.feed?.state ?? null;
    if (state && isFilm(state)) void import("../film/film-player.ts");
    return html`<article
      data-export=${id}
      aria-label=${live.of(this.platformName(platform), asked ? this.format.dateTime(asked) : "")}
    >
      <aethel-export-progress .client=${this.client} .projectId=${this.projectId} .exportId=${id}>
        ${
          state && isPlayable(state)
            ? html`<button
                slot="actions"
                data-action="play"
                @click=${() => this.tell("play-requested", { exportId: id })}
              >
                ${exportIcon("play")} ${live.play}
              </button>`
            : nothing
        }
        <button slot="actions" aria-expanded=${this.showsLog} @click=${() => (this.showsLog = !this.showsLog)}>
          ${exportIcon("details")} ${live.log}
        </button>
        <a slot="actions" href=${projectHash(this.projectId, id)}>${live.details}</a>
      </aethel-export-progress>
      ${state && isFilm(state) ? html`<film-player .state=${state}></film-player>` : nothing}
      ${
        this.showsLog
          ? html`<aethel-export-log
              .client=${this.client}
              .projectId=${this.projectId}
              .exportId=${id}
            ></aethel-export-log>`
          : nothing
      }
    </article>`;
  }
}

customElements.define("export-card", ExportCard);
