import { type TemplateResult, css, html } from "lit";

import { icon } from "../icons.ts";
import { ExportsElement } from "./exports-element.ts";

const SHOWN_MS = 2_000;

/** `<copy-button>`: copies `value`; says for a moment that it is done, or what to do instead. */
export class CopyButton extends ExportsElement {
  static override properties = { value: {}, label: {}, copied: { state: true } };
  declare value: string;
  declare label: string;
  declare private copied: boolean;

  static override styles = [
    ExportsElement.styles,
    css`
      :host {
        display: inline-block;
      }
    `,
  ];

  constructor() {
    super();
    this.copied = false;
  }

  override render(): TemplateResult {
    return html`<button type="button" @click=${this.#copy}>
      ${icon(this.copied ? "check" : "file")}
      <span aria-live="polite">${this.copied ? this.t.form.copied : this.label || this.t.form.copy}</span>
    </button>`;
  }

  readonly #copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.value);
    } catch {
      this.toast(this.t.form.copyFailed, "danger");
      return;
    }
    this.copied = true;
    setTimeout(() => (this.copied = false), SHOWN_MS);
  };
}

customElements.define("copy-button", CopyButton);
