import type { Project } from "@aethel/export-client";
import { legible, type Format } from "@aethel/export-components";
import { html, nothing, type TemplateResult } from "lit";
import type { Messages } from "../messages/index.ts";

/** What a project consists of, in one line. */
export function projectFacts(m: Messages, format: Format, project: Project): TemplateResult {
  const { id, files, sizeBytes, updatedAt, owner, role, snapshot } = project;
  const changed = new Date(updatedAt);
  return html`<dl>
    ${fact(m.project.identifier, html`<code>${id}</code>`)}
    ${
      snapshot === null
        ? nothing
        : [fact(m.project.filesLabel, format.number(files)), fact(m.project.size, format.bytes(sizeBytes))]
    }
    ${fact(m.project.changed, html`<time datetime=${updatedAt} title=${format.dateTime(changed)}>${format.relative(changed, new Date())}</time>`)}
    ${role === "owner" ? nothing : fact(m.projects.roles[role] ?? role, m.projects.sharedBy(legible(owner)))}
  </dl>`;
}

function fact(name: string, value: unknown): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
