/** The reasons for which the game stands still. It goes on when none is left; music may play on while a scene loads. */

export type Reason = "hidden" | "menu" | "script" | "context" | "error" | "loading" | "quit";

export class Pauses {
  private readonly reasons = new Set<Reason>();

  constructor(private readonly silenced: (silent: boolean) => void) {}

  get paused(): boolean {
    return this.reasons.size > 0;
  }

  has(reason: Reason): boolean {
    return this.reasons.has(reason);
  }

  add(reason: Reason): void {
    this.change(() => this.reasons.add(reason));
  }

  remove(reason: Reason): void {
    this.change(() => this.reasons.delete(reason));
  }

  /** Scenes may change while only the game's time stands still: a game's own pause menu leads to others. */
  get blockSceneChange(): boolean {
    return this.ended || this.has("loading") || this.has("context");
  }

  /** The game stands still for good. */
  get ended(): boolean {
    return this.has("error") || this.has("quit");
  }

  get silent(): boolean {
    return [...this.reasons].some((reason) => reason !== "loading");
  }

  private change(make: () => void): void {
    const was = this.silent;
    make();
    if (this.silent !== was) this.silenced(this.silent);
  }
}
