/** `<game-player>`: plays a finished web build over the page. */
import type { AethelExportClient, PlayLink } from "@aethel/export-client";
import { safeUrl } from "@aethel/export-components";
import { type TemplateResult, html, nothing } from "lit";

import { icon } from "../../icons.ts";
import { errorText } from "../error-text.ts";
import { exportIcon } from "../export-icons.ts";
import { ExportsElement } from "../exports-element.ts";
import { gamePlayerStyles } from "./game-player-styles.ts";

const SANDBOX = [
  "allow-scripts",
  "allow-forms",
  "allow-modals",
  "allow-pointer-lock",
  "allow-popups",
  "allow-downloads",
  "allow-orientation-lock",
];
const ALLOWED = [
  "fullscreen",
  "gamepad",
  "autoplay",
  "accelerometer",
  "gyroscope",
  "screen-wake-lock",
  "xr-spatial-tracking",
  "cross-origin-isolated",
];

/** Plays what `play()` is given, in a dialogue that keeps the focus until it is closed. */
export class GamePlayer extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    projectId: { attribute: false },
    exportId: { attribute: false },
    name: { attribute: false },
    link: { state: true },
    failure: { state: true },
    hasLoaded: { state: true },
  };
  declare client: AethelExportClient;
  declare projectId: string;
  declare exportId: string;
  /** What the game is called. */
  declare name: string;
  declare private link: PlayLink | null;
  declare private failure: Error | null;
  declare private hasLoaded: boolean;

  static override styles = [ExportsElement.styles, gamePlayerStyles];

  constructor() {
    super();
    this.link = null;
    this.failure = null;
    this.hasLoaded = false;
  }

  /** Open the dialogue, and in it the game: by the export's link, which is made where there is none. */
  async play(): Promise<void> {
    this.link = this.failure = null;
    this.hasLoaded = false;
    await this.updateComplete;
    this.#dialog?.showModal();
    try {
      this.link = await this.#findLink();
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  override render(): TemplateResult {
    const { play } = this.t;
    return html`<dialog aria-label=${play.title(this.name)} @close=${this.#closed}>
      <header>
        <strong><bdi>${this.name}</bdi></strong>
        ${this.#frameUrl ? this.#controls(this.#frameUrl) : nothing}
        <button class="icon" aria-label=${play.close} @click=${() => this.#dialog?.close()}>${icon("close")}</button>
      </header>
      <div class="stage">${this.#stage()}</div>
    </dialog>`;
  }

  #controls(url: string): TemplateResult {
    const { play } = this.t;
    return html`<button class="icon" aria-label=${play.fullScreen} title=${play.fullScreen} @click=${this.#fullScreen}>
        ${exportIcon("fullScreen")}
      </button>
      <a
        class="button icon"
        href=${url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label=${play.newTab}
        title=${play.newTab}
      >
        ${exportIcon("newTab")}
      </a>`;
  }

  #stage(): TemplateResult {
    const { play } = this.t;
    if (this.failure) return this.#failed(this.failure);
    if (!this.link) return waiting(play.starting);
    const url = safeUrl(this.link.url);
    if (!url) return this.#failed(new Error(this.link.url));
    if (this.link.crossOriginIsolated) return this.#elsewhere(url);
    return html`${this.hasLoaded ? nothing : waiting(play.loading)}
      <iframe
        src=${url}
        title=${`${play.game}: ${this.name}`}
        sandbox=${sandboxFor(url)}
        allow=${ALLOWED.map((feature) => `${feature} *`).join("; ")}
        referrerpolicy="no-referrer"
        @load=${this.#loaded}
      ></iframe>`;
  }

  #elsewhere(url: string): TemplateResult {
    const { play } = this.t;
    return html`<div class="message">
      <p>${play.isolated}</p>
      <a class="button primary" href=${url} target="_blank" rel="noopener noreferrer"
        >${exportIcon("newTab")} ${play.newTab}</a
      >
    </div>`;
  }

  #failed(error: Error): TemplateResult {
    return html`<div class="message" role="alert">
      <strong>${this.t.play.failed}</strong>
      <p>${errorText(error)}</p>
    </div>`;
  }

  async #findLink(): Promise<PlayLink> {
    const known = await this.client.getPlayLink(this.projectId, this.exportId);
    if (known) return known;
    const made = await this.client.createPlayLink(this.projectId, this.exportId);
    this.tell("play-link-changed", null);
    return made;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  get #frameUrl(): string | null {
    return this.link && !this.link.crossOriginIsolated ? safeUrl(this.link.url) : null;
  }

  /** Keys go to the game from now on. */
  readonly #loaded = (event: Event): void => {
    this.hasLoaded = true;
    (event.target as HTMLIFrameElement).focus();
  };

  readonly #fullScreen = async (): Promise<void> => {
    const frame = this.renderRoot.querySelector("iframe");
    await frame?.requestFullscreen().catch((error: unknown) => this.toast(String(error), "danger"));
    frame?.focus();
  };

  /** The game ends with the dialogue. */
  readonly #closed = (): void => {
    this.link = null;
    this.tell("player-closed", null);
  };
}

/** A game may have an origin of its own, but never that of this page. */
function sandboxFor(url: string): string {
  const isOwn = new URL(url).origin === location.origin;
  return (isOwn ? SANDBOX : [...SANDBOX, "allow-same-origin"]).join(" ");
}

function waiting(text: string): TemplateResult {
  return html`<p class="message" role="status"><span class="spinner"></span> ${text}</p>`;
}

customElements.define("game-player", GamePlayer);
