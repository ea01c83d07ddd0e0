import { legible, type Format } from "@aethel/export-components";
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Messages } from "../messages/index.ts";
import type { Part, Progress } from "./upload.ts";

type Texts = Messages["upload"];

/** How far an upload is: its phase, the whole, the files that move, speed and time left. */
export function uploadProgress(m: Texts, format: Format, progress: Progress, cancel: () => void): TemplateResult {
  const { phase, bytes, moving } = progress;
  const percent = phase === "done" ? 100 : percentOf(bytes);
  return html`<div class="stack">
    <div class="row spread">
      <strong>${m.phases[phase]}</strong>
      <span class="muted">${percent === null ? nothing : format.percent(percent)}</span>
    </div>
    ${bar(m.phases[phase], percent)}
    <p class="small muted facts">${facts(m, format, progress).map((fact) => html`<span>${fact}</span>`)}</p>
    ${moving.length > 0 ? files(m, format, moving) : nothing}
    <div><button @click=${cancel}>${m.cancel}</button></div>
  </div>`;
}

function facts(m: Texts, format: Format, { files: counted, bytes, bytesPerS, secondsLeft }: Progress): string[] {
  const told: string[] = [];
  if (counted && counted.total > 0) told.push(m.ofFiles(counted.done, counted.total));
  if (bytes.total > 0) told.push(m.ofBytes(format.bytes(bytes.done), format.bytes(bytes.total)));
  if (bytesPerS) told.push(m.speed(format.bytes(bytesPerS)));
  if (secondsLeft !== null) told.push(m.left(format.duration(Math.ceil(secondsLeft))));
  return told;
}

/** The last files alone: a list of thousands would tell nobody anything. */
function files(m: Texts, format: Format, moving: Progress["moving"]): TemplateResult {
  return html`<ul class="files small" aria-label=${m.moving}>
    ${repeat(
      moving,
      ({ path }) => path,
      ({ path, bytes }) =>
        html`<li>
          <bdi class="path">${legible(path)}</bdi>
          <span class="muted">${format.bytes(bytes.total)}</span>
          ${bar(legible(path), percentOf(bytes) ?? 100)}
        </li>`,
    )}
  </ul>`;
}

function bar(label: string, percent: number | null): TemplateResult {
  return html`<progress aria-label=${label} max="100" value=${percent ?? nothing}></progress>`;
}

function percentOf({ done, total }: Part): number | null {
  return total > 0 ? Math.min((100 * done) / total, 100) : null;
}
