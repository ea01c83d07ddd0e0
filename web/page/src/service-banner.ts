import { css, html, nothing, type TemplateResult } from "lit";
import { icon } from "./icons.ts";
import { PageElement } from "./page-element.ts";
import type { ServiceLink } from "./service-link.ts";
import { pageStyles } from "./styles/page-styles.ts";

/** A line below the header while the service cannot be reached; it goes by itself. */
export class ServiceBanner extends PageElement {
  static override properties = { link: { attribute: false } };
  declare link: ServiceLink;

  static override styles = [
    pageStyles,
    css`
      .banner {
        padding: 0.5rem clamp(1rem, 0.25rem + 3vw, 3rem);
        background: color-mix(in oklab, var(--_warning) 14%, var(--_surface));
        border-block-end: 1px solid color-mix(in oklab, var(--_warning) 40%, var(--_surface));
      }
      strong {
        font-weight: 600;
      }
    `,
  ];

  #wasAway = false;

  override willUpdate(): void {
    this.link.removeEventListener("change", this.#changed);
    this.link.addEventListener("change", this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.link.removeEventListener("change", this.#changed);
  }

  override render(): TemplateResult {
    const m = this.m.service;
    return html`<div role="status" aria-live="polite">
      ${
        this.link.isAway
          ? html`<div class="banner row">
              ${icon("alert")}
              <span><strong>${navigator.onLine ? m.away : m.offline}</strong> ${m.awayHelp}</span>
              <button @click=${() => this.link.lookNow()}>${m.lookNow}</button>
            </div>`
          : nothing
      }
    </div>`;
  }

  readonly #changed = (): void => {
    if (this.#wasAway && !this.link.isAway) this.toast(this.m.service.back, "success");
    this.#wasAway = this.link.isAway;
    this.requestUpdate();
  };
}

customElements.define("service-banner", ServiceBanner);
