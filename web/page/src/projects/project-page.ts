import { ExportError, type Project } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import "../exports/export-panel.ts";
import { icon } from "../icons.ts";
import { Loading } from "../loading.ts";
import type { PageContext } from "../page-context.ts";
import { PageView } from "../page-element.ts";
import { projectHash } from "../router.ts";
import { pageStyles } from "../styles/page-styles.ts";
import { DropTarget, dropStyles } from "../upload/drop-target.ts";
import type { Upload } from "../upload/upload.ts";
import "../upload/upload-panel.ts";
import "./delete-project-dialog.ts";
import type { DeleteProjectDialog } from "./delete-project-dialog.ts";
import "./project-files.ts";
import "./project-members.ts";
import type { ProjectMembers } from "./project-members.ts";
import { projectFacts } from "./project-facts.ts";
import { markOf } from "./project-mark.ts";

/** One project: its facts, the upload, and its exports, or one of them alone. */
export class ProjectPage extends PageView {
  static override properties = {
    context: { attribute: false },
    projectId: { attribute: false },
    exportId: { attribute: false },
  };
  declare context: PageContext;
  declare projectId: string;
  declare exportId: string | null;

  static override styles = [
    pageStyles,
    dropStyles,
    css`
      .top {
        margin-block-end: 1.5rem;
      }
      .title {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.9rem;
        align-items: center;
        min-width: 0;
        flex: 1 1 16rem;
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.5rem;
        align-items: start;
      }
      @media (min-width: 64rem) {
        .columns:not(.empty, .single) {
          grid-template-columns: minmax(0, 1fr) minmax(19rem, 22rem);
        }
        aside {
          position: sticky;
          inset-block-start: 5rem;
        }
      }
      .columns.empty {
        max-width: 44rem;
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1.25rem;
        color: var(--_muted);
        font-size: 0.8125rem;
      }
      dl div {
        display: flex;
        gap: 0.35rem;
      }
      dd {
        color: var(--_text);
      }
      .crumb {
        display: inline-flex;
        align-items: center;
        gap: 0.2rem;
        min-height: 2rem;
        color: var(--_muted);
        text-decoration: none;
      }
      .crumb:hover {
        color: var(--_text);
      }
    `,
  ];

  #project = new Loading<Project>(
    this,
    () => this.context.link,
    async () => await this.context.client.getProject(this.projectId),
  );
  #drop = new DropTarget(
    this,
    () => this.m.upload.dropHere(legible(this.#project.value?.name ?? this.projectId)),
    (picked) => this.#upload.begin(picked, this.#project.value?.files ?? 0),
    () => this.#mayUpload && !this.#upload.isRunning,
  );
  #followed: Upload | null = null;

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("projectId")) return;
    this.#project.clear();
    this.#follow(this.#upload);
    void this.#project.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#follow(null);
  }

  override render(): TemplateResult {
    const project = this.#project.value;
    const { error } = this.#project;
    this.entitle(project ? legible(project.name) : this.projectId);
    if (error instanceof ExportError && error.status === 404 && !this.#project.isBusy) return this.#notFound();
    return html`<div class="top stack tight">
        ${this.#crumb()}
        <div class="row spread">
          <div class="title">
            ${markOf({ id: this.projectId })}
            <h1 tabindex="-1"><bdi>${project ? legible(project.name) : this.projectId}</bdi></h1>
          </div>
          ${project ? this.#actions(project) : nothing}
        </div>
        ${project ? projectFacts(this.m, this.format, project) : nothing}
      </div>
      ${error ? html`<load-failure .error=${error} @retry=${this.#project.start}></load-failure>` : nothing}
      ${project ? [this.#content(project), this.#dialogs(project)] : nothing} ${this.#drop.overlay()}`;
  }

  #crumb(): TemplateResult {
    const name = this.#project.value?.name ?? this.projectId;
    return this.exportId === null
      ? html`<a class="crumb small" href="#/">${icon("back")} ${this.m.shell.allProjects}</a>`
      : html`<a class="crumb small" href=${projectHash(this.projectId)}
          >${icon("back")} <bdi>${legible(name)}</bdi></a
        >`;
  }

  #actions(project: Project): TemplateResult {
    const m = this.m.project;
    return html`<div class="row">
      <button @click=${() => this.renderRoot.querySelector<ProjectMembers>("project-members")?.open()}>
        ${icon("people")} ${m.members}
      </button>
      ${
        project.role === "owner"
          ? html`<button
              class="icon quiet"
              aria-label=${m.delete}
              title=${m.delete}
              @click=${() => this.renderRoot.querySelector<DeleteProjectDialog>("delete-project-dialog")?.open()}
            >
              ${icon("trash")}
            </button>`
          : nothing
      }
    </div>`;
  }

  #dialogs(project: Project): TemplateResult {
    return html`<project-members
        .context=${this.context}
        .project=${project}
        @changed=${({ detail }: CustomEvent<Project>) => this.#show(detail)}
        @left=${() => (location.hash = "#/")}
      ></project-members>
      <delete-project-dialog
        .context=${this.context}
        .project=${project}
        @deleted=${() => this.#deleted(project)}
      ></delete-project-dialog>`;
  }

  #content(project: Project): TemplateResult {
    const layout = project.snapshot === null ? "empty" : this.exportId === null ? "" : "single";
    const isUploadShown = this.exportId === null;
    return html`<div class="columns ${layout}">
      ${
        project.snapshot === null && isUploadShown
          ? nothing
          : html`<export-panel
              .client=${this.context.client}
              .project=${project}
              .pageFacts=${this.context.facts}
              .exportId=${this.exportId}
            ></export-panel>`
      }
      ${isUploadShown ? html`<aside class="stack">${this.#uploading(project)} ${this.#files(project)}</aside>` : nothing}
    </div>`;
  }

  #uploading(project: Project): TemplateResult {
    if (!this.#mayUpload) return html`<p class="card muted">${this.m.project.viewerOnly}</p>`;
    return html`<upload-panel
      .upload=${this.#upload}
      .limits=${this.context.facts.limits}
      .existing=${project.files}
    ></upload-panel>`;
  }

  #files(project: Project): TemplateResult | typeof nothing {
    if (project.snapshot === null) return nothing;
    return html`<project-files .context=${this.context} .project=${project}></project-files>`;
  }

  #notFound(): TemplateResult {
    const m = this.m.project;
    return html`<div class="stack">
      <h1 tabindex="-1">${m.notFound}</h1>
      <p class="muted">${m.notFoundHelp}</p>
      <p><a class="button" href="#/">${this.m.shell.toProjects}</a></p>
    </div>`;
  }

  get #upload(): Upload {
    return this.context.uploads.of(this.projectId);
  }

  get #mayUpload(): boolean {
    return this.#project.value !== null && this.#project.value.role !== "viewer";
  }

  #show(project: Project): void {
    this.#project.value = project;
    this.requestUpdate();
  }

  #deleted(project: Project): void {
    this.toast(this.m.remove.done(legible(project.name)), "success");
    location.hash = "#/";
  }

  #follow(upload: Upload | null): void {
    this.#followed?.removeEventListener("snapshot", this.#project.start);
    upload?.addEventListener("snapshot", this.#project.start);
    this.#followed = upload;
  }
}

customElements.define("project-page", ProjectPage);
