/**
 * The lines of a log as elements, in blocks that are laid out on their own, a few hundred lines to a frame: a log of thousands scrolls
 * smoothly, and the browser itself can search and copy all of it. Every text is set as text.
 */
import type { LogEntry } from "../export-feed.js";
import type { Format } from "../format.js";
import { legible } from "../legible.js";
import type { Messages } from "../messages/index.js";
import { type Filter, levelOf, passes, pieces } from "./log-filter.js";

const BLOCK_LINES = 50;
const FRAME_LINES = 200;

export class LogView {
  /** How many lines are shown. */
  shown = 0;

  readonly #container: HTMLElement;
  readonly #grown: () => void;
  #text: Messages;
  #format: Format;
  #filter: Filter;
  #pending: LogEntry[] = [];
  #frame = 0;

  /**
   * @param container Where the lines go.
   * @param grown Called after lines were added.
   */
  constructor(container: HTMLElement, grown: () => void, text: Messages, format: Format, filter: Filter) {
    this.#container = container;
    this.#grown = grown;
    this.#text = text;
    this.#format = format;
    this.#filter = filter;
  }

  /** Show these entries alone, in this language and through this filter. */
  reset(entries: readonly LogEntry[], text: Messages, format: Format, filter: Filter): void {
    this.#text = text;
    this.#format = format;
    this.#filter = filter;
    this.#pending = [];
    this.#container.replaceChildren();
    this.shown = 0;
    this.append(entries);
  }

  /** Show more entries after the others. */
  append(entries: readonly LogEntry[]): void {
    for (const entry of entries) if (passes(entry, this.#filter)) this.#pending.push(entry);
    if (this.#pending.length > 0 && this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  /** Add no more. */
  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#pending = [];
  }

  #flush(): void {
    this.#frame = 0;
    const now = this.#pending.splice(0, FRAME_LINES);
    for (const entry of now) this.#block().append(this.#element(entry));
    this.#grown();
    if (this.#pending.length > 0) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  #block(): Element {
    const last = this.#container.lastElementChild;
    if (last && last.childElementCount < BLOCK_LINES) return last;
    const block = document.createElement("div");
    block.className = "block";
    this.#container.append(block);
    return block;
  }

  #element(entry: LogEntry): HTMLElement {
    if (entry.type === "gap") return element("div", "gap", this.#text.log.gap);
    const { ts, message } = entry.line;
    const level = levelOf(entry.line.level);
    this.shown += 1;
    const line = element("div", "line");
    line.dataset.level = level;
    const time = element("time", "", this.#format.clock(new Date(ts)));
    time.setAttribute("datetime", ts);
    line.append(time, " ", element("span", "level", this.#text.log.levelMark[level]), " ", this.#message(message));
    return line;
  }

  #message(message: string): HTMLElement {
    const whole = element("span", "message");
    pieces(legible(message), this.#filter.search).forEach((piece, index) => {
      if (piece !== "") whole.append(index % 2 === 1 ? element("mark", "", piece) : piece);
    });
    return whole;
  }
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}
