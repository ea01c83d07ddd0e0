/** Why the game stands still: it goes on when no reason is left. */

export type Reason = "hidden" | "menu" | "script" | "context" | "error" | "loading" | "quit";

export class Pauses {
  private readonly reasons = new Set<Reason>();

  constructor(private readonly changed: (paused: boolean) => void) {}

  get paused(): boolean {
    return this.reasons.size > 0;
  }

  has(reason: Reason): boolean {
    return this.reasons.has(reason);
  }

  add(reason: Reason): void {
    const was = this.paused;
    this.reasons.add(reason);
    if (!was) this.changed(true);
  }

  remove(reason: Reason): void {
    if (this.reasons.delete(reason) && !this.paused) this.changed(false);
  }
}
