/** Whether a page may look otherwise than when one last looked. */

export class PageChanges {
  private readonly observer = new MutationObserver(() => (this.changed = true));
  private changed = false;

  constructor() {
    this.observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  }

  /** Whether elements have changed, or are moving, since the last call. */
  since(): boolean {
    const changed = this.changed || this.observer.takeRecords().length > 0 || document.getAnimations().length > 0;
    this.changed = false;
    return changed;
  }
}
