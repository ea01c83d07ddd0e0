/** Whether a page may look otherwise than when one last looked. */

export type Changed = "nothing" | "canvas" | "page";

export class PageChanges {
  private readonly observer = new MutationObserver((records) => this.records.push(...records));
  private records: MutationRecord[] = [];
  private looked = false;

  constructor() {
    this.observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  }

  /** What has changed since the last call, or is moving: the canvas alone, or what may lie over it. */
  since(canvas: Element | null): Changed {
    const records = [...this.records, ...this.observer.takeRecords()];
    this.records = [];
    if (!this.looked || document.getAnimations().length > 0) {
      this.looked = true;
      return "page";
    }
    if (records.length === 0) return "nothing";
    return records.every(({ target }) => target === canvas) ? "canvas" : "page";
  }

  /** The next look is a new one, whatever has changed. */
  doubt(): void {
    this.looked = false;
  }

  /** What the camera itself has changed does not count. */
  forget(): void {
    this.records = [];
    this.observer.takeRecords();
  }
}
