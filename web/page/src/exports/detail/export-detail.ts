/** `<export-detail>`: everything that is known of one export. */
import type { AethelExportClient, Project, State } from "@aethel/export-client";
import { ExportWatch, legible } from "@aethel/export-components";
import { type PropertyValues, type TemplateResult, html, nothing } from "lit";

import { icon } from "../../icons.ts";
import { exportIcon } from "../export-icons.ts";
import { ExportsElement } from "../exports-element.ts";
import type { OfferedPlatform } from "../form/form-model.ts";
import { givenOptions, offeredPlatforms } from "../options/given-options.ts";
import type { Prefill } from "../form/new-export.ts";
import { hasFiles, isFilm, isPlayable, wasPlayable } from "../live/playable.ts";
import type { PlayLinkElement } from "../play/play-link.ts";
import { detailStyles } from "./detail-styles.ts";
import { factList, optionList } from "./facts.ts";
import { warningTable } from "./warnings.ts";

/** Events `play-requested` (`{exportId}`) and `use-options` (a `Prefill`). */
export class ExportDetail extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    project: { attribute: false },
    exportId: { attribute: false },
    platforms: { state: true },
  };
  declare client: AethelExportClient;
  declare project: Project;
  declare exportId: string;
  declare private platforms: readonly OfferedPlatform[] | null;

  static override styles = [ExportsElement.styles, detailStyles];

  readonly #watch = new ExportWatch(this, () => ({
    client: this.client,
    projectId: this.project.id,
    exportId: this.exportId,
  }));

  constructor() {
    super();
    this.platforms = null;
  }

  override firstUpdated(): void {
    void this.#loadPlatforms();
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  override updated(_changed: PropertyValues): void {
    const state = this.#state;
    if (!state) return;
    if (hasFiles(state)) void import("../sizes/export-sizes.ts");
    if (isPlayable(state)) void import("../play/play-link.ts");
    if (isFilm(state)) void import("../film/film-player.ts");
  }

  /** Ask for the play links again: one has been made elsewhere. */
  reloadLinks(): void {
    for (const link of this.renderRoot.querySelectorAll<PlayLinkElement>("play-link")) void link.reload();
  }

  override render(): TemplateResult {
    const { detail } = this.t;
    const state = this.#state;
    return html`<h2 tabindex="-1">${state ? detail.title(this.platformName(state.platform)) : detail.loading}</h2>
      ${this.#progress(state)} ${state ? this.#about(state) : nothing}
      <section class="card stack" aria-labelledby="log">
        <h3 id="log">${detail.log}</h3>
        <aethel-export-log
          .client=${this.client}
          .projectId=${this.project.id}
          .exportId=${this.exportId}
        ></aethel-export-log>
      </section>`;
  }

  #progress(state: State | null): TemplateResult {
    return html`<aethel-export-progress .client=${this.client} .projectId=${this.project.id} .exportId=${this.exportId}>
      ${
        state && isPlayable(state)
          ? html`<button
              slot="actions"
              data-action="play"
              @click=${() => this.tell("play-requested", { exportId: this.exportId })}
            >
              ${exportIcon("play")} ${this.t.play.play}
            </button>`
          : nothing
      }
    </aethel-export-progress>`;
  }

  #about(state: State): TemplateResult {
    const { detail } = this.t;
    return html`${this.#play(state)} ${isFilm(state) ? html`<film-player .state=${state}></film-player>` : nothing}
      ${hasFiles(state) ? this.#card("sizes", detail.sizes, html`<export-sizes .client=${this.client} .state=${state}></export-sizes>`) : nothing}
      ${
        state.warningCount
          ? this.#card("warnings", detail.warnings(state.warningCount), warningTable(state, detail))
          : nothing
      }
      <div class="pair">
        ${this.platforms ? this.#options(state, this.platforms) : nothing}
        ${this.#card("facts", detail.facts, factList(state, detail, this.format))}
      </div>`;
  }

  #play(state: State): TemplateResult | typeof nothing {
    const { play } = this.t;
    if (wasPlayable(state)) {
      const time = state.downloadExpiresAt ? this.format.dateTime(new Date(state.downloadExpiresAt)) : "";
      return html`<p class="notice warning">
        ${play.expired(time)} ${state.canRetry ? play.retryToPlay : legible(state.retryDisabledReason ?? "")}
      </p>`;
    }
    if (!isPlayable(state)) return nothing;
    const isolated = state.options?.["wasmThreads"] === true;
    const link = (exportId: string | null): TemplateResult =>
      html`<play-link
        .client=${this.client}
        .projectId=${this.project.id}
        .exportId=${exportId}
        .isolated=${isolated}
      ></play-link>`;
    return this.#card(
      "play",
      play.links,
      html`<p class="muted">${play.linksHelp}</p>
        <div class="links">${link(state.id)} ${link(null)}</div>`,
    );
  }

  #options(state: State, platforms: readonly OfferedPlatform[]): TemplateResult {
    const { platform, configuration } = state;
    const options = givenOptions(state, platforms);
    const use = (): void =>
      this.tell<Prefill>("use-options", { platform, configuration: configuration ?? "release", options });
    return this.#card(
      "options",
      this.t.detail.options,
      html`${optionList(options, this.t)}
        <div><button @click=${use}>${icon("plus")} ${this.t.detail.useAgain}</button></div>`,
    );
  }

  #card(id: string, title: string, content: TemplateResult): TemplateResult {
    return html`<section class="card stack" aria-labelledby=${id} data-section=${id}>
      <h3 id=${id}>${title}</h3>
      ${content}
    </section>`;
  }

  async #loadPlatforms(): Promise<void> {
    this.platforms = await offeredPlatforms(this.client).catch(() => []); // then no options are shown as given
  }

  get #state(): State | null {
    return this.#watch.feed?.state ?? null;
  }
}

customElements.define("export-detail", ExportDetail);
