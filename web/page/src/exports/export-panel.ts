/** `<export-panel>`: everything about the exports of a project: asking for them, watching them, what has become of them. */
import type { AethelExportClient, Project } from "@aethel/export-client";
import { type TemplateResult, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";

import type { PageFacts } from "../page-facts.ts";
import { projectHash } from "../router.ts";
import type { ExportDetail } from "./detail/export-detail.ts";
import "./detail/export-detail.ts";
import { exportPanelStyles } from "./export-panel-styles.ts";
import { ExportsElement } from "./exports-element.ts";
import type { Prefill } from "./form/new-export.ts";
import "./form/new-export.ts";
import type { LiveExports } from "./live/live-exports.ts";
import "./live/live-exports.ts";
import type { GamePlayer } from "./play/game-player.ts";

export class ExportPanel extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    project: { attribute: false },
    pageFacts: { attribute: false },
    exportId: { attribute: false },
    prefill: { state: true },
    played: { state: true },
  };
  declare client: AethelExportClient;
  declare project: Project;
  declare pageFacts: PageFacts;
  /** The export whose details are shown; null for the overview. */
  declare exportId: string | null;
  declare private prefill: Prefill | null;
  /** The export that is being played. */
  declare private played: string | null;

  static override styles = [ExportsElement.styles, exportPanelStyles];

  constructor() {
    super();
    this.exportId = null;
    this.prefill = null;
    this.played = null;
  }

  override render(): TemplateResult {
    return html`${keyed(this.project.id, this.#panel())}`;
  }

  #panel(): TemplateResult {
    return html`<div
      class="panel"
      @export-retried=${() => void this.#live?.refresh()}
      @play-requested=${(event: CustomEvent<{ exportId: string }>) => void this.#play(event.detail.exportId)}
      @use-options=${(event: CustomEvent<Prefill>) => this.#useOptions(event.detail)}
    >
      ${this.exportId ? this.#detail(this.exportId) : this.#running()}
      <new-export
        ?hidden=${this.exportId !== null}
        .client=${this.client}
        .projectId=${this.project.id}
        .hasFiles=${this.project.snapshot !== null}
        .prefill=${this.prefill}
        @exports-requested=${(event: CustomEvent<{ all: boolean }>) => void this.#live?.welcome(event.detail.all)}
      ></new-export>
      ${this.exportId ? nothing : this.#history()} ${this.played ? this.#player(this.played) : nothing}
    </div>`;
  }

  #running(): TemplateResult {
    return html`<live-exports .client=${this.client} .projectId=${this.project.id}></live-exports>`;
  }

  #detail(exportId: string): TemplateResult {
    return html`<export-detail .client=${this.client} .project=${this.project} .exportId=${exportId}></export-detail>`;
  }

  #history(): TemplateResult {
    const open = (event: CustomEvent<{ exportId: string }>): void => {
      location.hash = projectHash(this.project.id, event.detail.exportId);
    };
    return html`<section class="card stack" aria-labelledby="history">
      <h2 id="history">${this.t.history.title}</h2>
      <aethel-export-list
        .client=${this.client}
        .projectId=${this.project.id}
        @export-selected=${open}
      ></aethel-export-list>
    </section>`;
  }

  #player(exportId: string): TemplateResult {
    return html`<game-player
      .client=${this.client}
      .projectId=${this.project.id}
      .exportId=${exportId}
      .name=${this.project.name}
      @play-link-changed=${() => this.renderRoot.querySelector<ExportDetail>("export-detail")?.reloadLinks()}
      @player-closed=${() => (this.played = null)}
    ></game-player>`;
  }

  async #play(exportId: string): Promise<void> {
    await import("./play/game-player.ts");
    this.played = exportId;
    await this.updateComplete;
    await this.renderRoot.querySelector<GamePlayer>("game-player")?.play();
  }

  #useOptions(prefill: Prefill): void {
    this.prefill = prefill;
    location.hash = projectHash(this.project.id);
  }

  get #live(): LiveExports | null {
    return this.renderRoot.querySelector<LiveExports>("live-exports");
  }
}

customElements.define("export-panel", ExportPanel);
