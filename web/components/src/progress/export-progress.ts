import type { State } from "@aethel/export-client";
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { type Said, worthSaying } from "../announcing.js";
import { Clock } from "../clock.js";
import { Copying } from "../copying.js";
import { AethelElement } from "../element.js";
import { hasEnded, hasExpired } from "../export-feed.js";
import { ExportWatch } from "../export-watch.js";
import { icons } from "../icons.js";
import { keepingFocus } from "../keeping-focus.js";
import { legible, safeUrl } from "../legible.js";
import { languageOf } from "../messages/catalogue.js";
import { readableStep } from "../messages/steps.js";
import { type Problem, problemOf } from "../problem.js";
import { problemNotice, secondsToWait } from "../problem-notice.js";
import { badges, configurationName, platformName, statusBadge, statusName } from "../status-badge.js";
import { base, controls, notices } from "../theme.js";
import { connectionChip } from "./connection-chip.js";
import { canceled, completed, failed, type Shown, warnings } from "./ended.js";
import { Picture } from "./picture.js";
import { styles } from "./styles.js";
import { film, underWay } from "./under-way.js";

/** What `export-ended` tells. */
export interface ExportEndedDetail {
  projectId: string;
  exportId: string;
  state: State;
}

/**
 * `<aethel-export-progress>` shows one export from the queue to its end, and what can be done about it.
 *
 * @slot actions - Further buttons beside the element's own.
 * @fires export-ended - The export has ended while it was watched: {@link ExportEndedDetail}.
 * @fires export-retried - A retry was accepted: `{ projectId, exportId }`.
 * @fires export-error - A cancel or a retry was refused: `{ error }`.
 * @csspart frame - The box around everything.
 */
export class AethelExportProgress extends AethelElement {
  static override styles = [...base, controls, notices, badges, styles];
  static override properties: PropertyDeclarations = {
    exportId: { attribute: "export-id" },
    _doing: { state: true },
    _problem: { state: true },
  };

  /** The export's id. */
  declare exportId: string | null;

  declare private _doing: "cancel" | "retry" | null;
  declare private _problem: Problem | null;

  readonly #watch = new ExportWatch(this, () => this.#target());
  readonly #copying = new Copying(this);
  readonly #picture = new Picture(this);
  #seen: State | null = null;
  #ended: State | null = null;
  #said: Said | null = null;
  #announcement = "";
  #lookedAgain = 0;

  constructor() {
    super();
    this.exportId = null;
    this._doing = null;
    this._problem = null;
    new Clock(this, () => this.#pauseMs());
  }

  /** The newest state of the export; null until it has come. */
  get state(): State | null {
    return this.#watch.feed?.state ?? null;
  }

  /** Cancel the export, as the button does. */
  cancel(): Promise<void> {
    return this.#act("cancel");
  }

  /** Start the export again, as the button does. */
  retry(): Promise<void> {
    return this.#act("retry");
  }

  #target() {
    const { client, projectId, exportId } = this;
    return client && projectId && exportId ? { client, projectId, exportId } : null;
  }

  async #act(doing: "cancel" | "retry"): Promise<void> {
    const target = this.#target();
    if (target === null || this._doing === doing) return;
    const { client, projectId, exportId } = target;
    this._doing = doing;
    this._problem = null;
    try {
      await client[doing](projectId, exportId);
      if (doing === "retry") {
        this.#watch.feed?.followRetry();
        this.tell("export-retried", { projectId, exportId });
      }
    } catch (error) {
      this._problem = problemOf(error);
      this.tell("export-error", { error });
    } finally {
      if (this._doing === doing) this._doing = null;
    }
  }

  #pauseMs(): number | null {
    const state = this.state;
    if (secondsToWait(this._problem) > 0) return 1_000;
    if (state === null) return null;
    if (!hasEnded(state.status)) return 1_000;
    return state.downloadExpiresAt === null ? null : 30_000;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("exportId") || changed.has("projectId")) {
      this.#seen = this.#said = this._problem = null;
      this.#lookedAgain = 0;
      this.#announcement = "";
    }
    const state = this.state;
    if (state === null || state.id !== this.exportId) return;
    const before = this.#seen;
    this.#seen = state;
    this.#announce(state);
    this.#lookAgainAtExpiry(state);
    const wentOn = before !== null && !(hasEnded(before.status) && before.generation === state.generation);
    this.#ended = wentOn && hasEnded(state.status) ? state : null;
  }

  /** A page may be open for days: once the artifact is due to be gone, the service is asked whether it can be made again. */
  #lookAgainAtExpiry(state: State): void {
    const { downloadExpiresAt, generation } = state;
    const isDue = downloadExpiresAt !== null && Date.parse(downloadExpiresAt) <= Date.now();
    if (hasExpired(state) || !isDue || this.#lookedAgain === generation) return;
    this.#lookedAgain = generation; // the clock here may be wrong
    this.#watch.feed?.restart();
  }

  #announce(state: State): void {
    const { percent } = this.#watch.feed!;
    const now = { status: `${state.generation} ${state.status}`, percent, at: Date.now() };
    const ended = hasEnded(state.status);
    if (this.#said === null)
      this.#said = now; // a page that opens says its own
    else if (worthSaying(this.#said, now.status, percent, now.at, ended)) {
      this.#said = now;
      this.#announcement = this.#sentence(state, percent);
    }
  }

  #sentence(state: State, percent: number): string {
    const { announceAt, announceEnd } = this.text.progress;
    if (hasEnded(state.status)) return announceEnd[state.status as keyof typeof announceEnd];
    return announceAt(statusName(state.status, this.text), this.format.percent(percent));
  }

  protected override update(changed: PropertyValues): void {
    const next = (): HTMLElement | null =>
      this.renderRoot.querySelector(".actions :is(button, a)") ?? this.renderRoot.querySelector("section");
    keepingFocus(this.shadowRoot, () => super.update(changed), next);
  }

  protected override updated(): void {
    const { projectId, exportId } = this;
    const state = this.#ended;
    this.#ended = null;
    if (state && projectId && exportId) this.tell<ExportEndedDetail>("export-ended", { projectId, exportId, state });
  }

  protected override render(): TemplateResult {
    const { text, format } = this;
    const feed = this.#watch.feed;
    const state = feed?.state ?? null;
    return html`<section
      part="frame"
      tabindex="-1"
      aria-label=${text.progress.label(state ? platformName(state.platform, text) : "…")}
    >
      ${state ? this.#shown(state) : nothing}
      ${
        feed?.error
          ? html`${problemNotice(problemOf(feed.error), text, format, text.progress.unwatched)}
              <div class="actions">
                <button type="button" @click=${() => feed.restart()}>${icons.retry}${text.progress.reload}</button>
              </div>`
          : nothing
      }
      ${state || feed?.error ? nothing : html`<p class="muted">${text.progress.loading}</p>`}
      <div class="unseen" role="status">${this.#announcement}</div>
    </section>`;
  }

  #shown(state: State): TemplateResult {
    const { text, format } = this;
    const feed = this.#watch.feed!;
    const now = Date.now();
    const shown: Shown = { state, text, format, now, copying: this.#copying };
    const status = hasExpired(state) ? "expired" : state.status;
    return html`
      <header>
        ${statusBadge(status, text)}
        <span class="what">
          <b>${platformName(state.platform, text)}</b>
          ${state.configuration ? html`<span class="muted">${configurationName(state.configuration, text)}</span>` : nothing}
        </span>
        ${connectionChip(feed.connection, text, format, now)}
      </header>
      ${film(shown, feed, this.#picture.urlOf(feed.preview?.picture ?? null))}
      ${hasEnded(state.status) ? nothing : underWay(shown, feed)}
      ${state.status === "completed" ? completed(shown) : nothing}
      ${state.status === "failed" ? failed(shown) : nothing} ${state.status === "canceled" ? canceled(shown) : nothing}
      ${warnings(shown)}
      <div role="alert">${this._problem ? problemNotice(this._problem, text, format) : nothing}</div>
      ${this.#actions(state)}
    `;
  }

  #actions(state: State): TemplateResult {
    const { text } = this;
    const url = state.status === "completed" ? safeUrl(state.downloadUrl) : null;
    const refused = state.status === "failed" && !state.canRetry ? state.retryDisabledReason : null;
    return html`<div class="actions">
      ${url ? html`<a class="button primary" href=${url} download>${icons.download}${text.progress.download}</a>` : nothing}
      ${state.canCancel ? this.#button("cancel", text.progress.cancel, text.progress.canceling, icons.cross, null) : nothing}
      ${
        state.canRetry || refused !== null
          ? this.#button("retry", text.progress.retry, text.progress.retrying, icons.retry, refused)
          : nothing
      }
      <slot name="actions"></slot>
      ${refused === null ? nothing : this.#refusal(refused)}
    </div>`;
  }

  #refusal(refused: string): TemplateResult {
    const { text, language } = readableStep(legible(refused), languageOf(this.format.tag), this.format);
    return html`<p id="refused" class="muted" lang=${language}>${text}</p>`;
  }

  #button(
    doing: "cancel" | "retry",
    label: string,
    busy: string,
    icon: TemplateResult,
    refused: string | null,
  ): TemplateResult {
    const working = this._doing === doing;
    return html`<button
      type="button"
      data-does=${doing}
      aria-disabled=${working || refused !== null ? "true" : "false"}
      aria-describedby=${refused === null ? nothing : "refused"}
      @click=${() => (refused === null ? void this.#act(doing) : undefined)}
    >
      ${working ? html`<span class="spinner"></span>${busy}` : html`${icon}${label}`}
    </button>`;
  }
}
