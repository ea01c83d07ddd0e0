import { legible } from "@aethel/export-components";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { icon } from "./icons.ts";
import { Loading } from "./loading.ts";
import type { PageContext } from "./page-context.ts";
import { PageElement } from "./page-element.ts";
import { projectHash } from "./router.ts";
import { menuStyles } from "./styles/menu-styles.ts";
import { pageStyles } from "./styles/page-styles.ts";

const SHOWN = 50;

/** Where one is, and the way to another project. */
export class ProjectSwitch extends PageElement {
  static override properties = { context: { attribute: false } };
  declare context: PageContext;

  static override styles = [
    pageStyles,
    menuStyles,
    css`
      button {
        max-width: 100%;
      }
      .current {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .icon-drawing {
        flex: none;
      }
      [popover] {
        width: min(20rem, calc(100vw - 1.5rem));
        padding: 0.4rem;
      }
      a {
        display: block;
        padding: 0.5rem 0.75rem;
        border-radius: calc(var(--_radius) * 0.75);
        color: inherit;
        text-decoration: none;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      a:hover {
        background: var(--_raised);
      }
      a[aria-current] {
        color: var(--_accent);
        font-weight: 600;
      }
      hr {
        border: 0;
        border-block-start: 1px solid var(--_border);
      }
    `,
  ];

  #projects = new Loading(
    this,
    () => this.context.link,
    async () => (await this.context.client.listProjects({ pageSize: SHOWN })).projects,
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.context.router.addEventListener("route", this.#moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.context.router.removeEventListener("route", this.#moved);
  }

  override firstUpdated(_changed: PropertyValues<this>): void {
    void this.#projects.start();
  }

  override render(): TemplateResult {
    const m = this.m.shell;
    const { route } = this.context.router;
    const currentId = route.view === "project" ? route.projectId : null;
    const projects = this.#projects.value ?? [];
    const current = projects.find(({ id }) => id === currentId)?.name ?? currentId ?? m.allProjects;
    return html`<button class="quiet" popovertarget="projects" title=${m.switchProject}>
        <span class="unseen">${m.switchProject}:</span>
        <bdi class="current">${legible(current)}</bdi> ${icon("choose")}
      </button>
      <nav popover id="projects" aria-label=${m.switchProject} @toggle=${this.#opened} @click=${this.#chosen}>
        ${link("#/", m.allProjects, currentId === null)} ${projects.length > 0 ? html`<hr />` : nothing}
        ${projects.map(({ id, name }) => link(projectHash(id), legible(name), id === currentId))}
      </nav>`;
  }

  #opened(event: Event): void {
    if ((event as ToggleEvent).newState === "open") void this.#projects.start();
  }

  #chosen(event: Event): void {
    if ((event.target as Element).closest("a")) this.renderRoot.querySelector<HTMLElement>("nav")?.hidePopover();
  }

  readonly #moved = (): void => {
    this.requestUpdate();
    const { route } = this.context.router;
    const isKnown = route.view !== "project" || this.#projects.value?.some(({ id }) => id === route.projectId);
    if (!isKnown) void this.#projects.start();
  };
}

function link(href: string, name: string, isCurrent: boolean): TemplateResult {
  return html`<a href=${href} aria-current=${isCurrent ? "page" : nothing}><bdi>${name}</bdi></a>`;
}

customElements.define("project-switch", ProjectSwitch);
