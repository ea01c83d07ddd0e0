import type { ReactiveController, ReactiveControllerHost } from "lit";

/** A reactive controller that updates its host again after a while, for what changes with the time alone. */
export class Clock implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #pauseMs: () => number | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param pauseMs Asked after every update: how long until the next; null where nothing on the screen depends on the time. */
  constructor(host: ReactiveControllerHost & Element, pauseMs: () => number | null) {
    this.#host = host;
    this.#pauseMs = pauseMs;
    host.addController(this);
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    const pauseMs = this.#host.isConnected ? this.#pauseMs() : null;
    if (pauseMs !== null) this.#timer = setTimeout(() => this.#host.requestUpdate(), pauseMs);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}
