import type { Project, SnapshotFiles } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { PageContext } from "../page-context.ts";
import { PageElement } from "../page-element.ts";
import { pageStyles } from "../styles/page-styles.ts";
import { told } from "../told.ts";

/** What a project consists of, folded away; it is asked for when somebody looks. */
export class ProjectFiles extends PageElement {
  static override properties = {
    context: { attribute: false },
    project: { attribute: false },
    files: { state: true },
    next: { state: true },
    fault: { state: true },
  };
  declare context: PageContext;
  declare project: Project;
  declare private files: SnapshotFiles["files"];
  /** The token of the next page; undefined before the first one. */
  declare private next: string | null | undefined;
  declare private fault: string;

  static override styles = [
    pageStyles,
    css`
      .files {
        max-height: 24rem;
        overflow: auto;
      }
      li {
        justify-content: space-between;
        font-size: 0.8125rem;
      }
      ul {
        list-style: none;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("project") || changed.get("project")?.snapshot === this.project.snapshot) return;
    Object.assign(this, { files: [], next: undefined, fault: "" });
    if (this.renderRoot?.querySelector("details")?.open) void this.#load();
  }

  override render(): TemplateResult {
    const m = this.m.project;
    return html`<details class="card" @toggle=${this.#toggle}>
      <summary>${m.showFiles(this.format.number(this.project.files))}</summary>
      <div class="files stack tight" tabindex="0" role="region" aria-label=${m.filesLabel}>
        <ul>
          ${this.files.map(
            ({ path, size, sha256 }) =>
              html`<li class="row" title=${sha256}>
                <bdi>${legible(path)}</bdi> <span class="muted">${this.format.bytes(size)}</span>
              </li>`,
          )}
        </ul>
        ${this.next ? html`<p><button @click=${() => void this.#load()}>${m.moreFiles}</button></p>` : nothing}
        ${this.fault ? html`<p class="notice danger" role="alert">${legible(this.fault)}</p>` : nothing}
      </div>
    </details>`;
  }

  readonly #toggle = (event: Event): void => {
    if ((event.target as HTMLDetailsElement).open && this.next === undefined) void this.#load();
  };

  async #load(): Promise<void> {
    const { id, snapshot } = this.project;
    try {
      const page = await this.context.client.listProjectFiles(id, this.next ? { pageToken: this.next } : {});
      if (snapshot !== this.project.snapshot) return;
      const known = this.next ? this.files : [];
      Object.assign(this, { files: [...known, ...page.files], next: page.nextPageToken, fault: "" });
    } catch (error) {
      this.fault = told(error, this.m).detail;
    }
  }
}

customElements.define("project-files", ProjectFiles);
