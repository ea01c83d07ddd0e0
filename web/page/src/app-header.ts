import { legible } from "@aethel/export-components";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import "./app-menu.ts";
import { icon, mark } from "./icons.ts";
import type { PageContext } from "./page-context.ts";
import { PageElement } from "./page-element.ts";
import "./project-switch.ts";
import { pageStyles } from "./styles/page-styles.ts";

const QUOTA_EVERY_MS = 60_000;

/** The bar at the top: the product, the project switch, build minutes, the menu of the account. */
export class AppHeader extends PageElement {
  static override properties = {
    context: { attribute: false },
    isSignedIn: { attribute: false },
    left: { state: true },
  };
  declare context: PageContext;
  declare isSignedIn: boolean;
  declare private left: { minutes: number | null } | null;

  static override styles = [
    pageStyles,
    css`
      :host {
        position: sticky;
        z-index: 20;
        inset-block-start: 0;
        border-block-end: 1px solid var(--_border);
        background: var(--_surface);
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.25rem 0.75rem;
        min-height: 3.5rem;
        padding-inline: max(clamp(0.75rem, 0.25rem + 3vw, 3rem), (100% - 78rem) / 2);
      }
      .home {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 2.75rem;
        color: inherit;
        font-weight: 650;
        letter-spacing: -0.01em;
        text-decoration: none;
        white-space: nowrap;
      }
      .mark {
        width: 1.75rem;
        height: 1.75rem;
      }
      .space {
        flex: 1;
      }
      .divider {
        width: 1px;
        height: 1.4rem;
        rotate: 14deg;
        background: var(--_border);
      }
      project-switch {
        min-width: 0;
      }
      @media (max-width: 40rem) {
        .name,
        .minutes {
          position: absolute;
          width: 1px;
          height: 1px;
          padding: 0;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
    `,
  ];

  #timer: ReturnType<typeof setInterval> | null = null;

  constructor() {
    super();
    this.left = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => document.hidden || void this.#loadQuota(), QUOTA_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#timer) clearInterval(this.#timer);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("isSignedIn")) void this.#loadQuota();
  }

  override render(): TemplateResult {
    return html`<header>
      <a class="home" href="#/">${mark()}<span class="name">${this.m.product}</span></a>
      ${
        this.isSignedIn
          ? html`<span class="divider"></span><project-switch .context=${this.context}></project-switch>`
          : nothing
      }
      <span class="space"></span>
      ${this.isSignedIn ? this.#minutes() : nothing}
      <app-menu .context=${this.context} .isSignedIn=${this.isSignedIn}></app-menu>
    </header>`;
  }

  #minutes(): TemplateResult | typeof nothing {
    if (this.left === null) return nothing;
    const { minutes } = this.left;
    const m = this.m.shell;
    const left = minutes === null ? "" : legible(this.format.number(minutes));
    return html`<span class="chip minutes" title=${minutes === null ? m.minutesUnlimited : m.minutesLeft(left)}>
      ${icon("clock")} ${minutes === null ? m.unlimitedShort : m.minutesShort(left)}
      <span class="unseen">${minutes === null ? m.minutesUnlimited : m.minutesLeft(left)}</span>
    </span>`;
  }

  /** The number is a courtesy: where it cannot be had the banner says that the service is away. */
  async #loadQuota(): Promise<void> {
    if (!this.isSignedIn) return;
    try {
      this.left = { minutes: (await this.context.client.quota()).available };
    } catch {
      this.left = null;
    }
  }
}

customElements.define("app-header", AppHeader);
