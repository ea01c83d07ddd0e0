/** `<film-player>`: a finished film, or what else was filmed, where the browser can show it. */
import type { State } from "@aethel/export-client";
import { safeUrl } from "@aethel/export-components";
import { type PropertyValues, type TemplateResult, css, html, nothing } from "lit";

import { ExportsElement } from "../exports-element.ts";
import { preferences } from "../../preferences.ts";
import { filmMessages } from "./messages.ts";

const PICTURES = /\.(gif|webp|png|jpg)$/i;
const FILMS = /\.(mp4|mov|webm)$/i;

export class FilmPlayer extends ExportsElement {
  static override properties = { state: { attribute: false }, isRefused: { state: true } };
  declare state: State;
  /** Whether the browser has refused it. */
  declare private isRefused: boolean;

  static override styles = [
    ExportsElement.styles,
    css`
      :host {
        display: block;
      }
      :is(video, img) {
        display: block;
        max-width: 100%;
        max-height: min(70vh, 36rem);
        margin-inline: auto;
        border-radius: var(--_radius);
        background: repeating-conic-gradient(var(--_raised) 0% 25%, var(--_surface) 0% 50%) 50% / 1.25rem 1.25rem;
      }
    `,
  ];

  /** Its address changes with every state, as its ticket does: the first one stays, or the film would begin anew. */
  #url: string | null = null;
  #shown = "";

  constructor() {
    super();
    this.isRefused = false;
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const shown = `${this.state.id} ${this.state.sha256}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#url = safeUrl(this.state.downloadUrl);
    this.isRefused = false;
  }

  override render(): TemplateResult | typeof nothing {
    const texts = filmMessages(preferences.language);
    const name = this.state.fileName ?? "";
    if (this.#url === null) return nothing;
    if (this.isRefused) return html`<p class="muted">${texts.cannotPlay}</p>`;
    if (PICTURES.test(name)) return html`<img src=${this.#url} alt=${texts.picture} @error=${this.#refused} />`;
    if (!FILMS.test(name)) return nothing;
    return html`<video
      src=${this.#url}
      controls
      loop
      playsinline
      preload="metadata"
      aria-label=${texts.play}
      @error=${this.#refused}
    ></video>`;
  }

  readonly #refused = (): void => {
    this.isRefused = true;
  };
}

customElements.define("film-player", FilmPlayer);
