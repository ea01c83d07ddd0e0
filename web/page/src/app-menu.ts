import { legible } from "@aethel/export-components";
import { css, html, nothing, type TemplateResult } from "lit";
import { icon } from "./icons.ts";
import type { PageContext } from "./page-context.ts";
import { PageElement } from "./page-element.ts";
import { LANGUAGE_NAMES, LANGUAGES, preferences, THEMES } from "./preferences.ts";
import { menuStyles } from "./styles/menu-styles.ts";
import { pageStyles } from "./styles/page-styles.ts";

const THEME_ICONS = { system: "system", light: "sun", dark: "moon" } as const;

/** The menu of the account: who is signed in, theme, language, sign out. */
export class AppMenu extends PageElement {
  static override properties = { context: { attribute: false }, isSignedIn: { attribute: false } };
  declare context: PageContext;
  declare isSignedIn: boolean;

  static override styles = [
    pageStyles,
    menuStyles,
    css`
      [popover] {
        inset-inline-end: max(clamp(0.75rem, 0.25rem + 3vw, 3rem), (100% - 78rem) / 2);
        width: min(21rem, calc(100vw - 1.5rem));
      }
      fieldset {
        display: grid;
        gap: 0.3rem;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        margin-block-end: 0.3rem;
        padding: 0;
        color: var(--_muted);
        font-size: 0.8125rem;
      }
      .segments {
        display: grid;
        grid-auto-columns: 1fr;
        grid-auto-flow: column;
        gap: 2px;
        padding: 2px;
        border-radius: var(--_radius);
        background: var(--_raised);
      }
      .segments label {
        position: relative;
        display: grid;
        place-items: center;
        min-height: 2rem;
        padding: 0.2rem 0.4rem;
        border-radius: calc(var(--_radius) * 0.75);
        color: var(--_muted);
        font-size: 0.8125rem;
        text-align: center;
        cursor: pointer;
      }
      .segments input {
        position: absolute;
        inset: 0;
        width: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      .segments label:has(:checked) {
        background: var(--_surface);
        color: var(--_text);
        box-shadow: 0 0 0 1px var(--_control);
      }
      .segments label:has(:focus-visible) {
        outline: 2px solid var(--_accent);
        outline-offset: 1px;
      }
      @media (forced-colors: active) {
        .segments label:has(:checked) {
          border: 2px solid Highlight;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const m = this.m.shell;
    return html`<button class="icon quiet" popovertarget="menu" aria-label=${m.account}>${icon("person")}</button>
      <div popover id="menu" class="stack" role="group" aria-label=${m.account}>
        ${this.isSignedIn ? this.#user() : nothing} ${this.#themes()} ${this.#languages()}
        <div class="row spread small muted">
          <span>${m.version(legible(this.context.facts.version))}</span>
          <a href="/schema/openapi.json" target="_blank" rel="noopener">${m.documentation}</a>
        </div>
        ${this.isSignedIn ? html`<button @click=${this.#signOut}>${icon("leave")} ${m.signOut}</button>` : nothing}
      </div>`;
  }

  #signOut(): void {
    this.renderRoot.querySelector<HTMLElement>("#menu")?.hidePopover();
    this.context.session.signOut();
  }

  #user(): TemplateResult {
    const claims = this.context.session.claims;
    return html`<div>
      <strong><bdi>${legible(claims?.userId ?? "")}</bdi></strong>
      ${claims?.email ? html`<div class="small muted"><bdi>${legible(claims.email)}</bdi></div>` : nothing}
    </div>`;
  }

  #themes(): TemplateResult {
    const m = this.m.shell;
    return html`<fieldset>
      <legend>${m.theme}</legend>
      <div class="segments">
        ${THEMES.map((theme) =>
          choice(
            "theme",
            preferences.theme === theme,
            html`<span>${icon(THEME_ICONS[theme])} ${m.themes[theme]}</span>`,
            () => preferences.set({ theme }),
          ),
        )}
      </div>
    </fieldset>`;
  }

  #languages(): TemplateResult {
    return html`<fieldset>
      <legend>${this.m.shell.language}</legend>
      <div class="segments">
        ${LANGUAGES.map((language) =>
          choice(
            "language",
            preferences.language === language,
            html`<span lang=${language}>${LANGUAGE_NAMES[language]}</span>`,
            () => preferences.set({ language }),
          ),
        )}
      </div>
    </fieldset>`;
  }
}

function choice(name: string, isChosen: boolean, label: TemplateResult, choose: () => void): TemplateResult {
  return html`<label><input type="radio" name=${name} .checked=${isChosen} @change=${choose} />${label}</label>`;
}

customElements.define("app-menu", AppMenu);
