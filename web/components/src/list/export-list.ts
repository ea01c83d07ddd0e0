import type { ExportSummary } from "@aethel/export-client";
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { Clock } from "../clock.js";
import { AethelElement } from "../element.js";
import { hasEnded } from "../export-feed.js";
import { icons } from "../icons.js";
import { keepingFocus } from "../keeping-focus.js";
import { type Problem, problemOf } from "../problem.js";
import { problemNotice } from "../problem-notice.js";
import { badges } from "../status-badge.js";
import { base, controls, notices } from "../theme.js";
import { type FilterChange, filterBar, statusesOf } from "./filter-bar.js";
import { History } from "./history.js";
import { LiveExports } from "./live-exports.js";
import { exportRow } from "./row.js";
import { styles } from "./styles.js";

/** What `export-selected` tells. */
export interface ExportSelectedDetail {
  projectId: string;
  exportId: string;
  summary: ExportSummary;
}

const REFRESH_MS = 10_000;
const NEWS = ["export-created", "export-ended", "export-retried"] as const;

/**
 * `<aethel-export-list>` shows a project's exports, the newest first: those under way as they go, older ones in pages.
 *
 * It hears of exports that other elements of the page start, and looks for those of others while something is under way.
 *
 * @fires export-selected - A row was pressed, or chosen with Enter or Space: {@link ExportSelectedDetail}.
 * @fires export-error - The exports could not be listed: `{ error }`.
 * @cssprop --aethel-list-height - How high the rows may be before they scroll; without it they are as high as they need.
 */
export class AethelExportList extends AethelElement {
  static override styles = [...base, controls, notices, badges, styles];
  static override properties: PropertyDeclarations = {
    selected: { reflect: true },
    status: {},
    platform: {},
    pageSize: { attribute: "page-size", type: Number },
    _active: { state: true },
    _problem: { state: true },
    _loading: { state: true },
  };

  /** The id of the selected export. */
  declare selected: string | null;
  /** Show only these: `running`, `completed`, `failed` or `canceled`; empty: all. */
  declare status: string;
  /** Show only this platform; empty: all. */
  declare platform: string;
  /** How many exports one request asks for, 1 to 100. */
  declare pageSize: number;

  declare private _active: number;
  declare private _problem: Problem | null;
  declare private _loading: boolean;

  readonly #history = new History();
  readonly #live = new LiveExports(
    this,
    () => this.client,
    () => this.projectId,
  );
  #refreshedAt = 0;
  #load = 0;

  constructor() {
    super();
    this.selected = null;
    this.status = "";
    this.platform = "";
    this.pageSize = 50;
    this._active = -1;
    this._problem = null;
    this._loading = false;
    new Clock(this, () => (this.#history.exports.length > 0 ? REFRESH_MS : null));
  }

  /** Look for new exports, and for news of those that are shown. */
  async refresh(): Promise<void> {
    this.#refreshedAt = Date.now();
    await this.#request(null);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const type of NEWS) document.addEventListener(type, this.#hear);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const type of NEWS) document.removeEventListener(type, this.#hear);
  }

  readonly #hear = (event: Event): void => {
    const { projectId } = (event as CustomEvent<{ projectId?: string } | null>).detail ?? {};
    if (projectId !== undefined && projectId === this.projectId) void this.refresh();
  };

  async #request(pageToken: string | null): Promise<void> {
    const { client, projectId } = this;
    if (!client || !projectId) return;
    const load = ++this.#load;
    this._loading = true;
    try {
      const page = await client.listExports(projectId, {
        pageSize: this.pageSize,
        ...(pageToken === null ? {} : { pageToken }),
        ...(this.status === "" ? {} : { status: statusesOf(this.status) }),
        ...(this.platform === "" ? {} : { platform: [this.platform as ExportSummary["platform"]] }),
      });
      if (load !== this.#load) return;
      this.#history.take(page, { older: pageToken !== null });
      this._problem = null;
    } catch (error) {
      if (load !== this.#load) return;
      this._problem = problemOf(error);
      this.tell("export-error", { error });
    } finally {
      if (load === this.#load) this._loading = false;
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (["client", "projectId", "status", "platform", "pageSize"].some((name) => changed.has(name))) {
      this.#history.clear();
      this._active = -1;
      void this.refresh();
    } else if (this.#isDue()) void this.refresh();
    this.#live.follow(this.#history.exports.filter((each) => !hasEnded(each.status)));
    for (const ended of this.#live.ended()) this.#history.replace(ended);
  }

  /** What was asked for, without what has left the filter since: an export that ended is no longer running. */
  get #shown(): readonly ExportSummary[] {
    const { exports } = this.#history;
    if (this.status === "") return exports;
    const statuses = new Set(statusesOf(this.status));
    return exports.filter((summary) => statuses.has(this.#live.newest(summary).status));
  }

  #isDue(): boolean {
    const underWay = this.#history.exports.some((each) => !hasEnded(each.status));
    return underWay && !document.hidden && Date.now() - this.#refreshedAt >= REFRESH_MS;
  }

  protected override update(changed: PropertyValues): void {
    const next = (): HTMLElement | null => this.renderRoot.querySelector(".rows, select");
    keepingFocus(this.shadowRoot, () => super.update(changed), next);
  }

  protected override render(): TemplateResult {
    const { text, format } = this;
    const exports = this.#shown;
    const change = (changed: FilterChange): void => void Object.assign(this, changed);
    return html`
      ${filterBar(this.status, this.platform, text, change)} ${this._problem ? this.#trouble(this._problem) : nothing}
      ${exports.length > 0 ? this.#rows(exports) : this.#nothingToShow()}
      <footer>
        ${
          this.#history.nextPageToken !== null
            ? html`<button
                type="button"
                class="older"
                aria-disabled=${this._loading ? "true" : "false"}
                @click=${() => (this._loading ? undefined : void this.#request(this.#history.nextPageToken))}
              >
                ${this._loading ? html`<span class="spinner"></span>${text.list.loadingOlder}` : text.list.older}
              </button>`
            : exports.length > 0
              ? html`<p class="muted">${text.list.end(exports.length, format.number(exports.length))}</p>`
              : nothing
        }
      </footer>
    `;
  }

  #rows(exports: readonly ExportSummary[]): TemplateResult {
    const now = new Date();
    return html`<div
      class="rows"
      role="listbox"
      tabindex="0"
      aria-label=${this.text.list.label}
      aria-activedescendant=${this._active >= 0 ? `row-${this._active}` : nothing}
      @keydown=${this.#press}
      @focus=${() => (this._active = Math.max(0, this.#indexOf(this.selected)))}
      @blur=${() => (this._active = -1)}
    >
      ${repeat(
        exports,
        ({ id }) => id,
        (summary, index) => this.#row(this.#live.newest(summary), index, now),
      )}
    </div>`;
  }

  /** A row is drawn anew only where something of it has changed: there may be hundreds. */
  #row(summary: ExportSummary, index: number, now: Date): unknown {
    const { text, format } = this;
    const active = index === this._active;
    const selected = summary.id === this.selected;
    const age = summary.createdAt === null ? "" : format.relative(new Date(summary.createdAt), now);
    const choose = (): void => this.#choose(index);
    return guard([summary, index, active, selected, text, format, age], () =>
      exportRow(summary, { index, active, selected, text, format, age, choose }),
    );
  }

  #nothingToShow(): TemplateResult | typeof nothing {
    const { list } = this.text;
    if (this._problem) return nothing;
    if (!this.#history.loaded) return html`<p class="empty muted">${list.loading}</p>`;
    const filtered = this.status !== "" || this.platform !== "";
    return html`<div class="empty">
      ${icons.box}
      <b>${filtered ? list.noMatch : list.empty}</b>
      ${
        filtered
          ? html`<button type="button" @click=${() => void Object.assign(this, { status: "", platform: "" })}>
              ${list.clear}
            </button>`
          : html`<p class="muted">${list.emptyHint}</p>`
      }
    </div>`;
  }

  #trouble(problem: Problem): TemplateResult {
    return html`<div role="alert" class="trouble">
      ${problemNotice(problem, this.text, this.format, this.text.list.failed)}
      <button type="button" @click=${() => void this.refresh()}>${icons.retry}${this.text.progress.reload}</button>
    </div>`;
  }

  readonly #press = (event: KeyboardEvent): void => {
    const last = this.#shown.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this._active + 1,
      ArrowUp: this._active - 1,
      PageDown: this._active + 10,
      PageUp: this._active - 10,
      Home: 0,
      End: last,
    };
    const moved = moves[event.key];
    if (moved !== undefined) this._active = Math.min(last, Math.max(0, moved));
    else if (event.key === "Enter" || event.key === " ") this.#choose(this._active);
    else return;
    event.preventDefault();
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector(`#row-${this._active}`)?.scrollIntoView({ block: "nearest" }),
    );
  };

  #indexOf(exportId: string | null): number {
    return this.#shown.findIndex(({ id }) => id === exportId);
  }

  #choose(index: number): void {
    const summary = this.#shown[index];
    if (!summary || !this.projectId) return;
    this.selected = summary.id;
    this._active = index;
    this.tell<ExportSelectedDetail>("export-selected", {
      projectId: this.projectId,
      exportId: summary.id,
      summary: this.#live.newest(summary),
    });
  }
}
