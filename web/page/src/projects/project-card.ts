import type { ProjectSummary } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { css, html, nothing, type TemplateResult } from "lit";
import { PageElement } from "../page-element.ts";
import { projectHash } from "../router.ts";
import { pageStyles } from "../styles/page-styles.ts";
import { markOf } from "./project-mark.ts";

/** One project in the list; all of the card leads to it. */
export class ProjectCard extends PageElement {
  static override properties = { project: { attribute: false } };
  declare project: ProjectSummary;

  static override shadowRootOptions: ShadowRootInit = { ...PageElement.shadowRootOptions, delegatesFocus: true };

  static override styles = [
    pageStyles,
    css`
      :host {
        height: 100%;
      }
      a {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.25rem 0.85rem;
        grid-template-rows: auto 1fr;
        height: 100%;
        min-height: 8.5rem;
        color: inherit;
        text-decoration: none;
        transition:
          border-color 0.15s,
          box-shadow 0.15s,
          translate 0.15s;
      }
      a:hover {
        border-color: color-mix(in oklab, var(--_accent) 55%, var(--_border));
        box-shadow: 0 8px 24px rgb(16 20 40 / 9%);
        translate: 0 -1px;
      }
      .name {
        font-weight: 650;
        font-size: 1.0625rem;
        line-height: 1.3;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      .id {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .facts {
        grid-column: 1 / -1;
        align-self: end;
        margin-block-start: auto;
        padding-block-start: 0.9rem;
      }
    `,
  ];

  override render(): TemplateResult {
    const { id, name, role, owner, files, sizeBytes, updatedAt } = this.project;
    const m = this.m.projects;
    return html`<a class="card" href=${projectHash(id)}>
      ${markOf(this.project)}
      <div>
        <div class="name"><bdi>${legible(name)}</bdi></div>
        <div class="id small muted mono">${id}</div>
      </div>
      <div class="facts row small muted">
        <span>${files > 0 ? `${m.files(files)} · ${this.format.bytes(sizeBytes)}` : m.noFiles}</span>
        ${role === "owner" ? nothing : html`<span class="chip" title=${m.sharedBy(legible(owner))}>${m.roles[role] ?? role}</span>`}
        <span>${m.updated(this.format.relative(new Date(updatedAt), new Date()))}</span>
      </div>
    </a>`;
  }
}

customElements.define("project-card", ProjectCard);
