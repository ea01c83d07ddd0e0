import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { Copying } from "../copying.js";
import { AethelElement } from "../element.js";
import { ExportFeed, type LogEntry } from "../export-feed.js";
import { ExportWatch } from "../export-watch.js";
import type { Format } from "../format.js";
import { icons } from "../icons.js";
import { problemOf } from "../problem.js";
import { problemNotice } from "../problem-notice.js";
import { base, controls, notices } from "../theme.js";
import { asText, type Filter, type Level, LEVELS, passes } from "./log-filter.js";
import { LogView } from "./log-view.js";
import { styles } from "./styles.js";
import { StickyEnd } from "./sticky-end.js";

/**
 * `<aethel-export-log>` shows the log of an export as it is written.
 *
 * It stays at the newest line until its reader scrolls up. Texts of the log are never read as HTML.
 *
 * @csspart lines - The box in which the lines scroll.
 * @cssprop --aethel-log-height - Its height; `22rem` by default.
 */
export class AethelExportLog extends AethelElement {
  static override styles = [...base, controls, notices, styles];
  static override properties: PropertyDeclarations = {
    exportId: { attribute: "export-id" },
    search: {},
    levels: { attribute: false },
    _behind: { state: true },
  };

  /** The export's id. */
  declare exportId: string | null;
  /** Only lines that hold this text are shown. */
  declare search: string;
  /** Only lines of these levels are shown. */
  declare levels: readonly Level[];

  /** Lines that have come since the reader scrolled up; null while the newest are in sight. */
  declare private _behind: number | null;

  readonly #watch = new ExportWatch(this, () => this.#target(), { log: true });
  readonly #copying = new Copying(this);
  #view: LogView | null = null;
  #end: StickyEnd | null = null;
  #feed: ExportFeed | null = null;
  #spoken: Format | null = null;
  #dropped = 0;
  #taken = 0;

  constructor() {
    super();
    this.exportId = null;
    this.search = "";
    this.levels = LEVELS;
    this._behind = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#view?.stop();
    this.#end?.stop();
    this.#view = this.#end = this.#feed = null;
  }

  #target() {
    const { client, projectId, exportId } = this;
    return client && projectId && exportId ? { client, projectId, exportId } : null;
  }

  get #entries(): readonly LogEntry[] {
    return this.#watch.feed?.entries ?? [];
  }

  get #filter(): Filter {
    return { levels: new Set(this.levels), search: this.search };
  }

  protected override updated(changed: PropertyValues): void {
    const box = this.renderRoot.querySelector<HTMLElement>(".lines")!;
    const lines = this.renderRoot.querySelector<HTMLElement>(".content")!;
    this.#end ??= new StickyEnd(box, lines, (atEnd) => (this._behind = atEnd ? null : 0));
    const filtered = changed.has("search") || changed.has("levels");
    if (this.#view === null || filtered || this.#isOther()) this.#showAll(lines);
    else this.#showMore();
  }

  /** Whether what is shown is another export's or in another language, or its first lines were let go. */
  #isOther(): boolean {
    const feed = this.#watch.feed;
    return feed !== this.#feed || this.format !== this.#spoken || (feed !== null && feed.dropped !== this.#dropped);
  }

  #showAll(container: HTMLElement): void {
    const feed = this.#watch.feed;
    if (feed !== this.#feed) this.#end?.goToEnd();
    this.#feed = feed;
    this.#spoken = this.format;
    this.#dropped = feed?.dropped ?? 0;
    this.#view ??= new LogView(container, () => this.#end?.grown(), this.text, this.format, this.#filter);
    this.#view.reset(this.#entries, this.text, this.format, this.#filter);
    this.#taken = (feed?.dropped ?? 0) + this.#entries.length;
  }

  #showMore(): void {
    const news = this.#entries.slice(this.#taken - (this.#feed?.dropped ?? 0));
    if (news.length === 0) return;
    this.#taken += news.length;
    this.#view?.append(news);
    if (this._behind !== null) this._behind += news.length;
  }

  protected override render(): TemplateResult {
    const { text, format } = this;
    const feed = this.#watch.feed;
    const entries = this.#entries;
    return html`
      ${this.#toolbar(entries)}
      ${feed?.error ? problemNotice(problemOf(feed.error), text, format, text.progress.unwatched) : nothing}
      <div class="frame">
        <div class="lines" part="lines" role="log" aria-live="off" aria-label=${text.log.label} tabindex="0">
          <div class="content"></div>
          ${this.#emptiness(entries)}
        </div>
        ${
          this._behind === null
            ? nothing
            : html`<button type="button" class="primary newest" @click=${() => this.#end?.goToEnd()}>
                ${icons.down}${this._behind > 0 ? text.log.newLines(this._behind, format.number(this._behind)) : text.log.bottom}
              </button>`
        }
      </div>
    `;
  }

  #toolbar(entries: readonly LogEntry[]): TemplateResult {
    const { log } = this.text;
    const copied = this.#copying.last;
    return html`<div class="toolbar">
      <input
        type="search"
        aria-label=${log.search}
        placeholder=${log.search}
        .value=${this.search}
        @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
      />
      <div class="levels" role="group" aria-label=${log.levels}>${LEVELS.map((level) => this.#levelButton(level))}</div>
      <div class="side">
        <span class="muted">${this.#copied() ?? this.#count(entries)}</span>
        <span class="unseen" role="status">${this.#copied() ?? (this.search === "" ? "" : this.#count(entries))}</span>
        ${this.#iconButton(log.copy, copied?.done ? icons.check : icons.copy, () => void this.#copying.copy("log", this.#asText()))}
        ${this.#iconButton(log.save, icons.download, () => this.#save())}
      </div>
    </div>`;
  }

  #copied(): string | null {
    const last = this.#copying.last;
    return last && (last.done ? this.text.log.copied : this.text.log.copyFailed);
  }

  #count(entries: readonly LogEntry[]): string {
    const { log } = this.text;
    const filter = this.#filter;
    const lines = entries.filter(({ type }) => type === "log");
    const shown = lines.filter((entry) => passes(entry, filter));
    return log.count(this.format.number(shown.length), this.format.number(lines.length));
  }

  #iconButton(label: string, icon: TemplateResult, press: () => void): TemplateResult {
    return html`<button class="quiet icon" type="button" aria-label=${label} title=${label} @click=${press}>
      ${icon}
    </button>`;
  }

  #levelButton(level: Level): TemplateResult {
    const on = this.levels.includes(level);
    const toggled = LEVELS.filter((each) => (each === level ? !on : this.levels.includes(each)));
    return html`<button
      type="button"
      data-level=${level}
      aria-pressed=${on ? "true" : "false"}
      @click=${() => (this.levels = toggled)}
    >
      ${this.text.log.level[level]}
    </button>`;
  }

  #emptiness(entries: readonly LogEntry[]): TemplateResult | typeof nothing {
    const { log } = this.text;
    if (entries.length === 0)
      return html`<div class="empty">
        ${icons.lines}<b>${log.empty}</b>
        <p class="muted">${log.emptyHint}</p>
      </div>`;
    return entries.some((entry) => passes(entry, this.#filter))
      ? nothing
      : html`<div class="empty"><b>${log.noMatch}</b></div>`;
  }

  #asText(): string {
    return asText(
      this.#entries.filter((entry) => passes(entry, this.#filter)),
      this.text.log.gap,
    );
  }

  #save(): void {
    const address = URL.createObjectURL(new Blob([this.#asText()], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `export-${this.exportId ?? ""}.log`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}
