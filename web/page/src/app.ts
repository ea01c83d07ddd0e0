import { legible } from "@aethel/export-components";
import { css, html, nothing, type TemplateResult } from "lit";
import "./app-header.ts";
import "./load-failure.ts";
import { createPageContext, type PageContext } from "./page-context.ts";
import { PageElement, PageView } from "./page-element.ts";
import { loadPageFacts } from "./page-facts.ts";
import { preferences } from "./preferences.ts";
import "./projects/project-list.ts";
import "./projects/project-page.ts";
import "./service-banner.ts";
import "./sign-in.ts";
import { pageStyles } from "./styles/page-styles.ts";
import "./toasts.ts";
import type { PageToasts, ToastContent } from "./toasts.ts";
import { isAbort, told } from "./told.ts";

/** The whole page: it starts, signs in, and shows the view that the address names. */
export class ExportApp extends PageElement {
  static override properties = { context: { state: true }, failure: { state: true } };
  declare private context: PageContext | null;
  declare private failure: unknown;

  static override styles = [
    pageStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: auto auto 1fr;
        min-height: 100dvh;
      }
      main {
        box-sizing: border-box;
        width: 100%;
        min-width: 0;
        padding: clamp(1rem, 0.5rem + 2.5vw, 2.5rem) max(clamp(0.75rem, 0.25rem + 3vw, 3rem), (100% - 78rem) / 2) 5rem;
        outline: none;
      }
      .skip {
        position: fixed;
        z-index: 40;
        inset-block-start: 0.5rem;
        inset-inline-start: 0.5rem;
        translate: 0 -4rem;
      }
      .skip:focus {
        translate: none;
      }
      .centred {
        display: grid;
        place-content: center;
        min-height: 60dvh;
        padding: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    this.context = null;
    this.failure = null;
    addEventListener("unhandledrejection", ({ reason }) => this.#confess(reason));
    this.addEventListener("page-toast", (event) => this.#toasts?.add((event as CustomEvent<ToastContent>).detail));
    this.addEventListener("page-title", (event) => this.#entitle((event as CustomEvent<string>).detail));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#start();
  }

  override render(): TemplateResult {
    const { context } = this;
    if (this.failure !== null) return this.#failed();
    if (context === null) return html`<div class="centred muted" role="status">${this.m.shell.loading}</div>`;
    const isSignedIn = context.session.token !== null;
    return html`
      <a class="button skip" href=${location.hash || "#/"} @click=${this.#skip}>${this.m.shell.skip}</a>
      <app-header .context=${context} .isSignedIn=${isSignedIn}></app-header>
      <service-banner .link=${context.link}></service-banner>
      <main tabindex="-1">
        ${isSignedIn ? this.#view(context) : html`<sign-in class="view" .session=${context.session}></sign-in>`}
      </main>
      <dialog aria-label=${this.m.signIn.again} @cancel=${(event: Event) => event.preventDefault()}>
        ${
          context.session.hasLapsed
            ? html`<sign-in again .session=${context.session}></sign-in>
                <p><button class="quiet" @click=${() => context.session.signOut()}>${this.m.shell.signOut}</button></p>`
            : nothing
        }
      </dialog>
      <page-toasts></page-toasts>
    `;
  }

  #view(context: PageContext): TemplateResult {
    const { route } = context.router;
    switch (route.view) {
      case "projects":
        return html`<project-list class="view" .context=${context}></project-list>`;
      case "project":
        return html`<project-page
          class="view"
          .context=${context}
          .projectId=${route.projectId}
          .exportId=${route.exportId}
        ></project-page>`;
      case "unknown":
        return html`<div class="stack">
          <h1 tabindex="-1">${this.m.shell.notFound}</h1>
          <p class="muted">${this.m.shell.notFoundHelp}</p>
          <p><a class="button" href="#/">${this.m.shell.toProjects}</a></p>
        </div>`;
    }
  }

  #failed(): TemplateResult {
    return html`<div class="centred">
      <load-failure .error=${this.failure} .heading=${this.m.service.startFailed} @retry=${this.#start}></load-failure>
    </div>`;
  }

  readonly #start = async (): Promise<void> => {
    this.failure = null;
    try {
      const [facts] = await Promise.all([loadPageFacts(), preferences.ready]);
      const context = createPageContext(facts);
      if (context.session.token === null && context.session.isLocal) await signInLocally(context);
      this.#follow(context);
      this.context = context;
    } catch (error) {
      this.failure = error;
    }
  };

  #follow({ session, router }: PageContext): void {
    const again = (): void => {
      this.requestUpdate();
      void this.updateComplete.then(() => this.#showDialog(session.hasLapsed));
    };
    session.addEventListener("change", again);
    session.addEventListener("lapse", again);
    router.addEventListener("route", () => void this.#arrive());
  }

  async #arrive(): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    scrollTo({ top: 0, behavior: "instant" });
    const view = this.renderRoot.querySelector(".view");
    if (view instanceof PageView) return view.focusHeading();
    this.#entitle(this.m.shell.notFound);
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  #showDialog(isShown: boolean): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (isShown && !dialog?.open) dialog?.showModal();
    if (!isShown) dialog?.close();
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.renderRoot.querySelector("main")?.focus();
  }

  /** What nobody has caught is a fault of the page: it is told, and left for the console. */
  #confess(reason: unknown): void {
    if (!isAbort(reason)) this.#toasts?.add({ kind: "danger", text: legible(told(reason, this.m).detail) });
  }

  #entitle(title: string): void {
    document.title = `${title} · ${this.m.product}`;
  }

  get #toasts(): PageToasts | null {
    return this.renderRoot.querySelector<PageToasts>("page-toasts");
  }
}

/** The local stack's own sign-in; where it refuses, the form is shown. */
async function signInLocally({ session }: PageContext): Promise<void> {
  try {
    await session.signInLocally();
  } catch (error) {
    console.info("no local sign-in:", error);
  }
}

customElements.define("export-app", ExportApp);
