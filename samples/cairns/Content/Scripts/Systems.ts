/** What the scripts and the HUD share: the climb as a whole, and the buttons of touch screens. */

type Listener = () => void;

export class Climb {
  bells = 0;
  total = 0;
  seconds = 0;
  hasBegun = false;
  /** Changes when the climb begins anew. */
  attempt = 0;
  private readonly listeners = new Set<Listener>();

  get isDone(): boolean {
    return this.total > 0 && this.bells === this.total;
  }

  /** Call `listener` whenever something has changed; the answer ends that. */
  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  begin(): void {
    this.hasBegun = true;
    this.tell();
  }

  gather(): void {
    this.bells++;
    this.tell();
  }

  tick(delta: number): void {
    if (!this.hasBegun || this.isDone) return;
    const before = Math.floor(this.seconds);
    this.seconds += delta;
    if (Math.floor(this.seconds) !== before) this.tell();
  }

  restart(): void {
    this.bells = 0;
    this.seconds = 0;
    this.hasBegun = false;
    this.attempt++;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const climb = new Climb();

/** Held buttons of the HUD. */
export const touch = { left: false, right: false, jump: false };

/** Where the climber is; others look at it. */
export const climber = { x: 0, y: 0 };
