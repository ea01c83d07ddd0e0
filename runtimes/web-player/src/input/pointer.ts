/** The pointer: mouse, pen or finger on the canvas. Positions in CSS pixels from its top left. */

/** The bit of each button in `PointerEvent.buttons`: left, middle, right, back, forward. */
const BITS = [1, 4, 2, 8, 16];

export class Pointer {
  x = 0;
  y = 0;
  dx = 0;
  dy = 0;
  wheel = 0;
  pressed = false;
  private readonly buttons = new Set<number>();
  private lockWanted = false;
  private moved = { x: 0, y: 0, wheel: 0, pressed: false };

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly tapped: (binding: string) => void,
  ) {
    canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    addEventListener("pointermove", (event) => this.onChord(event));
    addEventListener("pointerup", (event) => this.onUp(event));
    addEventListener("pointercancel", () => this.release());
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get down(): boolean {
    return this.buttons.size > 0;
  }

  get locked(): boolean {
    return document.pointerLockElement === this.canvas;
  }

  isDown(button: number): boolean {
    return this.buttons.has(button);
  }

  /** What happened since the last frame becomes this frame's. */
  update(): void {
    ({ x: this.dx, y: this.dy, wheel: this.wheel, pressed: this.pressed } = this.moved);
    this.moved = { x: 0, y: 0, wheel: 0, pressed: false };
  }

  release(): void {
    this.buttons.clear();
  }

  lock(): void {
    // A browser may refuse, and says so by an event or a promise: the game goes on with a free pointer.
    void Promise.resolve(this.canvas.requestPointerLock()).catch(() => undefined);
  }

  unlock(): void {
    document.exitPointerLock();
  }

  /** Locks the pointer with every press on the picture, until it is let go: browsers want one. */
  keepLocked(on: boolean): void {
    this.lockWanted = on;
    if (!on && this.locked) this.unlock();
  }

  private onDown(event: PointerEvent): void {
    this.place(event);
    this.press(event.button);
    this.moved.pressed = true;
    if (this.lockWanted && !this.locked) this.lock();
  }

  private press(button: number): void {
    this.buttons.add(button);
    this.tapped(`mouse:${button}`);
  }

  private onUp({ button }: PointerEvent): void {
    this.buttons.delete(button);
  }

  /** While one button is down, browsers report the others as movements. */
  private onChord(event: PointerEvent): void {
    if (event.button < 0 || this.buttons.size === 0) return;
    if (event.buttons & (BITS[event.button] ?? 0)) this.press(event.button);
    else this.onUp(event);
  }

  private onMove(event: PointerEvent): void {
    this.moved.x += event.movementX;
    this.moved.y += event.movementY;
    this.place(event);
  }

  private place(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    this.x = event.clientX - box.left;
    this.y = event.clientY - box.top;
  }

  private onWheel(event: WheelEvent): void {
    this.moved.wheel += event.deltaY;
    event.preventDefault();
  }
}
