import { legible } from "@aethel/export-components";
import { css, html, nothing, type TemplateResult } from "lit";
import { mark } from "./icons.ts";
import { PageView } from "./page-element.ts";
import { SignInError, type Session } from "./session.ts";
import { pageStyles } from "./styles/page-styles.ts";

/** The form for an access token: as a page, and over one whose session has ended (`again`). */
export class SignIn extends PageView {
  static override properties = {
    session: { attribute: false },
    again: { type: Boolean },
    error: { state: true },
    isBusy: { state: true },
    note: { state: true },
  };
  declare session: Session;
  declare again: boolean;
  declare private error: SignInError | "empty" | null;
  declare private isBusy: boolean;
  declare private note: string | null;

  static override styles = [
    pageStyles,
    css`
      form {
        max-width: 28rem;
        margin-inline: auto;
      }
      :host(:not([again])) form {
        margin-block: clamp(1rem, 12vh, 8rem);
      }
      .mark {
        width: 2.75rem;
        height: 2.75rem;
      }
      .token {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.5rem;
      }
      .primary {
        min-height: 2.5rem;
      }
      .command {
        display: block;
        margin-block-start: 0.3rem;
        padding: 0.5rem 0.75rem;
        border-radius: var(--_radius);
        background: var(--_raised);
      }
    `,
  ];

  constructor() {
    super();
    this.again = false;
    this.error = null;
    this.isBusy = false;
    this.note = null;
  }

  override render(): TemplateResult {
    const m = this.m.signIn;
    const title = this.again ? m.again : m.title;
    if (!this.again) this.entitle(title);
    return html`<form class=${this.again ? "stack" : "stack card"} novalidate @submit=${this.#submit}>
      ${this.again ? nothing : mark()}
      <div class="stack tight">
        ${this.again ? html`<h2>${title}</h2>` : html`<h1 tabindex="-1">${title}</h1>`}
        <p class="muted">${this.again ? m.againLead : m.lead}</p>
      </div>
      <div class="field">
        <label for="token">${m.token}</label>
        <div class="token">
          <input
            id="token"
            type="password"
            autocomplete="off"
            spellcheck="false"
            aria-invalid=${this.error ? "true" : "false"}
            aria-describedby="problem help"
            @input=${() => (this.error = null)}
          />
          <button type="button" @click=${this.#paste}>${m.paste}</button>
        </div>
        <p id="problem" class="error small" role="alert">${this.#problem()}</p>
        <small id="help">${this.note ?? m.tokenHelp}</small>
      </div>
      <button class="primary" aria-disabled=${this.isBusy ? "true" : "false"}>
        ${this.isBusy ? html`<span class="spinner"></span> ${m.busy}` : m.submit}
      </button>
      ${this.session.isLocal ? this.#local() : nothing}
    </form>`;
  }

  #local(): TemplateResult {
    const m = this.m.signIn;
    return html`<button type="button" @click=${() => this.#try(() => this.session.signInLocally())}>${m.local}</button>
      <p class="small muted">${m.localHelp} <code class="command">aethel-export token --user ann</code></p>`;
  }

  get #field(): HTMLInputElement {
    return this.renderRoot.querySelector<HTMLInputElement>("#token")!;
  }

  #problem(): string {
    const m = this.m.signIn;
    if (this.error === null) return "";
    if (this.error === "empty") return m.empty;
    const { refusal, detail } = this.error;
    return refusal === "refused" ? m.errors.refused(legible(detail)) : m.errors[refusal];
  }

  async #paste(): Promise<void> {
    try {
      this.#field.value = await navigator.clipboard.readText();
      this.error = this.note = null;
    } catch {
      this.note = this.m.signIn.pasteRefused;
    }
    this.#field.focus();
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#field.value.trim() === "") return this.#refuse("empty");
    await this.#try(() => this.session.signIn(this.#field.value));
  }

  async #try(signIn: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await signIn();
      this.#field.value = "";
    } catch (error) {
      this.#refuse(error instanceof SignInError ? error : new SignInError("refused", String(error)));
    } finally {
      this.isBusy = false;
    }
  }

  #refuse(error: SignInError | "empty"): void {
    this.error = error;
    this.#field.focus();
    this.#field.select();
  }
}

customElements.define("sign-in", SignIn);
