import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ServiceLink } from "./service-link.ts";

/**
 * A value that is loaded for an element. A load that is overtaken by a newer one is dropped; one that
 * failed is tried again when the service is back.
 */
export class Loading<T> implements ReactiveController {
  value: T | null = null;
  error: unknown = null;
  isBusy = false;
  #run = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly link: () => ServiceLink,
    private readonly load: () => Promise<T>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.link().addEventListener("change", this.#whenBack);
  }

  hostDisconnected(): void {
    this.#run += 1;
    this.link().removeEventListener("change", this.#whenBack);
  }

  /** Loads anew; what was loaded before stays until then. */
  readonly start = async (): Promise<void> => {
    const run = ++this.#run;
    this.isBusy = true;
    this.host.requestUpdate();
    try {
      const value = await this.load();
      if (run === this.#run) [this.value, this.error] = [value, null];
    } catch (error) {
      if (run === this.#run) this.error = error;
    }
    if (run !== this.#run) return;
    this.isBusy = false;
    this.host.requestUpdate();
  };

  /** Forgets what was loaded. */
  clear(): void {
    this.#run += 1;
    [this.value, this.error, this.isBusy] = [null, null, false];
  }

  readonly #whenBack = (): void => {
    if (this.error !== null && !this.link().isAway) void this.start();
  };
}
