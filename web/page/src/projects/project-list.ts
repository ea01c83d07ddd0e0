import type { Project, ProjectSummary } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../icons.ts";
import { Loading } from "../loading.ts";
import type { PageContext } from "../page-context.ts";
import { PageView } from "../page-element.ts";
import { projectHash } from "../router.ts";
import { pageStyles } from "../styles/page-styles.ts";
import { told } from "../told.ts";
import { DropTarget, dropStyles } from "../upload/drop-target.ts";
import type { Picked } from "../upload/picked.ts";
import "./first-run.ts";
import type { FirstRun } from "./first-run.ts";
import "./new-project-dialog.ts";
import type { NewProjectDialog } from "./new-project-dialog.ts";
import "./project-card.ts";
import type { ProjectCard } from "./project-card.ts";
import { nameFrom } from "./project-rules.ts";

const PAGE_SIZE = 48;
const SEARCH_FROM = 6; // projects: fewer are seen at a glance

/** All projects of the reader, newest changes as the service orders them; the first run where there are none. */
export class ProjectList extends PageView {
  static override properties = {
    context: { attribute: false },
    sought: { state: true },
  };
  declare context: PageContext;
  declare private sought: string;

  static override styles = [
    pageStyles,
    dropStyles,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr));
        gap: 1rem;
        list-style: none;
      }
      .search {
        position: relative;
        flex: 0 1 18rem;
      }
      .search input {
        width: 100%;
        padding-inline-start: 2.25rem;
      }
      .search .icon-drawing {
        position: absolute;
        inset-block-start: 0.6rem;
        inset-inline-start: 0.7rem;
        color: var(--_muted);
        pointer-events: none;
      }
      .more {
        justify-self: center;
      }
      .placeholder {
        min-height: 8.5rem;
        opacity: 0.6;
      }
    `,
  ];

  #projects = new Loading<ProjectSummary[]>(
    this,
    () => this.context.link,
    async () => await this.#page(null),
  );
  #drop = new DropTarget(
    this,
    () => this.m.upload.dropNew,
    (picked) => void this.#createFrom(picked),
  );

  #nextToken: string | null = null;

  constructor() {
    super();
    this.sought = "";
  }

  override firstUpdated(_changed: PropertyValues<this>): void {
    void this.#projects.start();
  }

  override render(): TemplateResult {
    this.entitle(this.m.projects.title);
    const projects = this.#projects.value;
    return html`${projects?.length === 0 ? this.#firstRun() : this.#list(projects)} ${this.#dialog()}
    ${this.#drop.overlay()}`;
  }

  #list(projects: ProjectSummary[] | null): TemplateResult {
    const m = this.m.projects;
    const { error, start } = this.#projects;
    return html`<div class="stack">
      <div class="row spread">
        <h1 tabindex="-1">${m.title}</h1>
        <div class="row">
          ${projects && (projects.length >= SEARCH_FROM || this.sought) ? this.#search() : nothing}
          <button class="primary" @click=${this.#create}>${icon("plus")} ${m.create}</button>
        </div>
      </div>
      ${error ? html`<load-failure .error=${error} @retry=${start}></load-failure>` : nothing}
      ${projects ? this.#cards(projects) : this.#placeholders()}
    </div>`;
  }

  /** Where there are no projects the heading is that of the first run. */
  override async focusHeading(): Promise<void> {
    await this.updateComplete;
    const inner = this.renderRoot.querySelector<FirstRun>("first-run");
    await (inner ? inner.focusHeading() : super.focusHeading());
  }

  #firstRun(): TemplateResult {
    return html`<first-run .context=${this.context} @create=${this.#create}></first-run>`;
  }

  #dialog(): TemplateResult {
    return html`<new-project-dialog
      .context=${this.context}
      @created=${({ detail }: CustomEvent<Project>) => this.#created(detail)}
    ></new-project-dialog>`;
  }

  #search(): TemplateResult {
    return html`<div class="search">
      ${icon("search")}
      <input
        type="search"
        aria-label=${this.m.projects.search}
        placeholder=${this.m.projects.search}
        @input=${(event: Event) => (this.sought = (event.target as HTMLInputElement).value)}
      />
    </div>`;
  }

  #cards(projects: ProjectSummary[]): TemplateResult {
    const sought = this.sought.trim().toLocaleLowerCase();
    const found = projects.filter(({ id, name }) => `${name}\n${id}`.toLocaleLowerCase().includes(sought));
    return html`<p class="unseen" role="status">${this.m.projects.shown(found.length)}</p>
      ${found.length === 0 ? html`<p class="muted">${this.m.projects.searchNone(this.sought)}</p>` : nothing}
      <ul class="cards">
        ${repeat(
          found,
          ({ id }) => id,
          (project) => html`<li><project-card .project=${project}></project-card></li>`,
        )}
      </ul>
      ${
        this.#nextToken
          ? html`<button class="more" aria-disabled=${this.#projects.isBusy ? "true" : "false"} @click=${this.#more}>
              ${this.m.projects.more}
            </button>`
          : nothing
      }`;
  }

  #placeholders(): TemplateResult {
    if (this.#projects.error) return html``;
    return html`<div class="cards" role="status" aria-label=${this.m.shell.loading}>
      ${[1, 2, 3].map(() => html`<div class="card placeholder"></div>`)}
    </div>`;
  }

  async #page(token: string | null): Promise<ProjectSummary[]> {
    const page = await this.context.client.listProjects({ pageSize: PAGE_SIZE, pageToken: token });
    this.#nextToken = page.nextPageToken;
    return page.projects;
  }

  async #more(): Promise<void> {
    const known = this.#projects.value ?? [];
    try {
      this.#projects.value = [...known, ...(await this.#page(this.#nextToken))];
      this.requestUpdate();
      await this.updateComplete;
      this.renderRoot.querySelectorAll<ProjectCard>("project-card")[known.length]?.focus();
    } catch (error) {
      this.toast(told(error, this.m).detail, "danger");
    }
  }

  #create(): void {
    this.renderRoot.querySelector<NewProjectDialog>("new-project-dialog")?.open();
  }

  #created({ id, name }: Project): void {
    this.toast(this.m.projects.created(legible(name)), "success");
    location.hash = projectHash(id);
  }

  /** A drop on the list makes a project of its own. */
  async #createFrom(picked: Picked): Promise<void> {
    try {
      const project = await this.context.client.createProject({ name: nameFrom(picked.name) });
      this.context.uploads.of(project.id).begin(picked);
      this.#created(project);
    } catch (error) {
      this.toast(told(error, this.m).detail, "danger");
    }
  }
}

customElements.define("project-list", ProjectList);
