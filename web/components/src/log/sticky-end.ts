/** A box that stays at its end while it grows, until its reader scrolls up. */

const NEAR_PX = 24;

export class StickyEnd {
  readonly #box: HTMLElement;
  readonly #moved: (atEnd: boolean) => void;
  readonly #sizes: ResizeObserver;
  #atEnd = true;
  #top = 0;
  #height = 0;

  /**
   * @param box What scrolls.
   * @param content What grows within.
   * @param moved Called when the reader leaves the end, and when the end is reached again.
   */
  constructor(box: HTMLElement, content: HTMLElement, moved: (atEnd: boolean) => void) {
    this.#box = box;
    this.#moved = moved;
    this.#sizes = new ResizeObserver(() => this.grown());
    this.#sizes.observe(content);
    this.#sizes.observe(box);
    box.addEventListener("scroll", this.#scrolled, { passive: true });
  }

  /** Go to the end, and stay there. */
  goToEnd(): void {
    this.#note(true);
    this.grown();
  }

  /** Follow the end if the reader is there. */
  grown(): void {
    if (this.#atEnd) this.#box.scrollTop = this.#box.scrollHeight;
  }

  stop(): void {
    this.#sizes.disconnect();
    this.#box.removeEventListener("scroll", this.#scrolled);
  }

  /** Only what goes up without the content having shrunk was the reader. */
  readonly #scrolled = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const wentUp = scrollTop < this.#top - 1 && scrollHeight >= this.#height;
    this.#top = scrollTop;
    this.#height = scrollHeight;
    if (scrollHeight - scrollTop - clientHeight <= NEAR_PX) this.#note(true);
    else if (wentUp) this.#note(false);
  };

  #note(atEnd: boolean): void {
    if (atEnd === this.#atEnd) return;
    this.#atEnd = atEnd;
    this.#moved(atEnd);
  }
}
