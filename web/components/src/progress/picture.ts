import type { ReactiveController, ReactiveControllerHost } from "lit";

/** A reactive controller that gives the newest picture of a film an address, for as long as it is the newest. */
export class Picture implements ReactiveController {
  #picture: Blob | null = null;
  #url: string | null = null;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** An address for the picture; that of the one before is none any more. */
  urlOf(picture: Blob | null): string | null {
    if (picture === this.#picture) return this.#url;
    this.#forget();
    this.#picture = picture;
    this.#url = picture && URL.createObjectURL(picture);
    return this.#url;
  }

  hostDisconnected(): void {
    this.#forget();
  }

  #forget(): void {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#picture = this.#url = null;
  }
}
