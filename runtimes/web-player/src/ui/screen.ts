/** Everything on the page, bottom to top: the picture, the game's own layer, touch controls, loading, menu, errors. */

import { GameError, messageOf } from "../core/errors";
import { UiLayer } from "./layer";
import { LoadingScreen } from "./loading";
import { Panel, buttons, paragraph, type Action } from "./panel";

export class Screen {
  readonly canvas = document.createElement("canvas");
  readonly layer = new UiLayer();
  /** The game's HUD, which stays from scene to scene. */
  readonly hud = document.createElement("div");
  readonly loading: LoadingScreen;
  private readonly errors = new Panel("error");
  private readonly notes = document.createElement("div");
  private readonly fps = document.createElement("output");
  private frames = { since: performance.now(), count: 0 };

  constructor(
    readonly root: HTMLElement,
    title: string,
  ) {
    this.loading = new LoadingScreen(title);
    this.errors.root.setAttribute("role", "alert");
    this.hud.className = "game-ui game-hud";
    this.notes.className = "notes";
    this.fps.className = "fps";
    this.fps.hidden = true;
    this.canvas.tabIndex = 0;
    const view = document.createElement("div");
    view.className = "view";
    view.append(this.canvas);
    root.replaceChildren(view, this.hud, this.layer.root, this.notes, this.fps, this.loading.root, this.errors.root);
  }

  /** Adds an element, below what must stay on top. */
  add(element: HTMLElement): void {
    this.notes.before(element);
  }

  showError(error: unknown, actions: Action[] = []): void {
    const title = error instanceof GameError ? error.title : "Something went wrong";
    const lines = messageOf(error).split("\n").map(paragraph);
    this.errors.show(title, ...lines, ...(actions.length ? [buttons(actions)] : []));
  }

  hideError(): void {
    this.errors.hide();
  }

  get errorShown(): boolean {
    return this.errors.open;
  }

  /** Shows the maker of the game what the console says: in debug builds. */
  note(text: string): void {
    const line = paragraph(text);
    line.addEventListener("click", () => line.remove());
    this.notes.append(line);
    while (this.notes.childElementCount > 4) this.notes.firstElementChild?.remove();
  }

  toggleFps(): void {
    this.fps.hidden = !this.fps.hidden;
  }

  countFrame(): void {
    if (this.fps.hidden) return;
    this.frames.count += 1;
    const elapsed = performance.now() - this.frames.since;
    if (elapsed < 500) return;
    this.fps.textContent = `${Math.round((this.frames.count * 1000) / elapsed)} fps`;
    this.frames = { since: performance.now(), count: 0 };
  }
}
