import type { ReactiveController, ReactiveControllerHost } from "lit";

const SHOWN_MS = 2_500;

/** A reactive controller that puts texts on the clipboard, and says for a moment whether that went well. */
export class Copying implements ReactiveController {
  /** What was copied last, and whether it was; null after a moment. */
  last: { readonly what: string; readonly done: boolean } | null = null;

  readonly #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Copy a text; `what` names it for {@link last}. Pages without a secure context have no clipboard. */
  async copy(what: string, text: string): Promise<void> {
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    clearTimeout(this.#timer);
    this.last = { what, done: done ?? false };
    this.#host.requestUpdate();
    this.#timer = setTimeout(() => {
      this.last = null;
      this.#host.requestUpdate();
    }, SHOWN_MS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.last = null;
  }
}
