import { css, html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "./icons.ts";
import { PageElement } from "./page-element.ts";
import { pageStyles } from "./styles/page-styles.ts";

export interface ToastContent {
  text: string;
  kind: "info" | "success" | "danger";
}

const ICONS = { info: "spark", success: "check", danger: "alert" } as const;
const SHOWN_MS = 6_000;
const READING_MS = 60; // for each letter more
const MOST = 4;

/** Short messages in a corner, announced politely. One stays while the pointer or the focus is on them. */
export class PageToasts extends PageElement {
  static override properties = { shown: { state: true } };
  declare private shown: (ToastContent & { id: number })[];

  static override styles = [
    pageStyles,
    css`
      :host {
        position: fixed;
        z-index: 30;
        inset-block-end: 1rem;
        inset-inline: 1rem;
        pointer-events: none;
      }
      .toasts {
        display: grid;
        gap: 0.5rem;
        justify-items: center;
      }
      p {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        max-width: min(34rem, 100%);
        padding: 0.35rem 0.35rem 0.35rem 0.9rem;
        border-radius: 0.75rem;
        border: 1px solid transparent;
        background: var(--_text);
        color: var(--_surface);
        box-shadow: 0 8px 30px rgb(8 10 24 / 25%);
        pointer-events: auto;
        animation: rise 0.2s ease-out;
      }
      p button {
        border: 0;
        background: none;
        color: inherit;
        opacity: 0.8;
      }
      p button:hover {
        opacity: 1;
        background: none;
      }
      p :focus-visible {
        outline-color: currentColor;
      }
    `,
  ];

  #next = 0;

  constructor() {
    super();
    this.shown = [];
  }

  /** Adds one; the same text is not shown twice at a time. */
  add(content: ToastContent): void {
    if (this.shown.some(({ text }) => text === content.text)) return;
    const id = this.#next++;
    this.shown = [...this.shown.slice(1 - MOST), { ...content, id }];
    this.#endLater(id, SHOWN_MS + content.text.length * READING_MS);
  }

  override render(): TemplateResult {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${repeat(
        this.shown,
        ({ id }) => id,
        ({ id, text, kind }) =>
          html`<p>
            ${icon(ICONS[kind])}
            <span>${text}</span>
            <button class="icon" aria-label=${this.m.shell.dismiss} @click=${() => this.#end(id)}>
              ${icon("close")}
            </button>
          </p>`,
      )}
    </div>`;
  }

  #endLater(id: number, afterMs: number): void {
    setTimeout(() => {
      if (this.renderRoot.querySelector("p:hover, p:focus-within")) this.#endLater(id, SHOWN_MS);
      else this.#end(id);
    }, afterMs);
  }

  #end(id: number): void {
    this.shown = this.shown.filter((one) => one.id !== id);
  }
}

customElements.define("page-toasts", PageToasts);
