/** The on-screen stick and buttons, where the project asks for them and fingers are used. */

import type { TouchLayout } from "../core/manifest";

/** Pixels from the stick's centre at which it is at its end. */
const REACH_PX = 48;

export class TouchControls {
  readonly root = document.createElement("div");
  private readonly down = new Set<string>();
  private x = 0;
  private y = 0;

  constructor(
    layout: TouchLayout | undefined,
    private readonly tapped: (binding: string) => void,
  ) {
    this.root.className = "touch-controls";
    const wanted = layout !== undefined && (layout.show === "always" || matchMedia("(pointer: coarse)").matches);
    this.root.hidden = !wanted || (!layout.stick && !layout.buttons?.length);
    if (!wanted) return;
    if (layout.stick) this.addStick(layout.stick);
    if (layout.buttons?.length) this.addButtons(layout.buttons, layout.stick === "right" ? "left" : "right");
  }

  isDown(button: string): boolean {
    return this.down.has(button);
  }

  stick(name: string): number {
    return name === "left-x" ? this.x : name === "left-y" ? this.y : 0;
  }

  private addStick(side: string): void {
    const base = this.add("div", `touch-stick touch-${side}`);
    base.setAttribute("aria-label", "Move");
    const knob = document.createElement("div");
    base.append(knob);
    const move = (event: PointerEvent): void => {
      const box = base.getBoundingClientRect();
      const [dx, dy] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
      const length = Math.max(Math.hypot(dx, dy), 1);
      const part = Math.min(length, REACH_PX) / length;
      knob.style.transform = `translate(${dx * part}px, ${dy * part}px)`;
      this.x = (dx * part) / REACH_PX;
      this.y = (-dy * part) / REACH_PX;
    };
    const rest = (): void => {
      knob.style.transform = "";
      this.x = this.y = 0;
    };
    follow(base, move, move, rest);
  }

  private addButtons(names: string[], side: string): void {
    const group = this.add("div", `touch-buttons touch-${side}`);
    for (const name of names) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      group.append(button);
      const press = (): void => {
        this.down.add(name);
        this.tapped(`touch:button:${name}`);
      };
      follow(
        button,
        press,
        () => undefined,
        () => this.down.delete(name),
      );
    }
  }

  private add(tag: string, className: string): HTMLElement {
    const element = document.createElement(tag);
    element.className = className;
    this.root.append(element);
    return element;
  }
}

/** Follows one finger: it stays with what it has touched, wherever it goes. */
function follow(
  element: HTMLElement,
  down: (event: PointerEvent) => void,
  move: (event: PointerEvent) => void,
  up: () => void,
): void {
  let finger: number | null = null;
  element.addEventListener("pointerdown", (event) => {
    if (finger !== null) return;
    finger = event.pointerId;
    element.setPointerCapture(finger);
    event.preventDefault();
    down(event);
  });
  element.addEventListener("pointermove", (event) => event.pointerId === finger && move(event));
  const end = (event: PointerEvent): void => {
    if (event.pointerId !== finger) return;
    finger = null;
    up();
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
}
