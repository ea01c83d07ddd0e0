/** The pointer: mouse, pen or finger on the canvas. Positions in CSS pixels from its top left. */

export class Pointer {
  x = 0;
  y = 0;
  dx = 0;
  dy = 0;
  wheel = 0;
  pressed = false;
  private readonly buttons = new Set<number>();
  private moved = { x: 0, y: 0, wheel: 0, pressed: false };

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly tapped: (binding: string) => void,
  ) {
    canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    addEventListener("pointerup", (event) => this.buttons.delete(event.button));
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

  private onDown(event: PointerEvent): void {
    this.place(event);
    this.buttons.add(event.button);
    this.moved.pressed = true;
    this.tapped(`mouse:${event.button}`);
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
