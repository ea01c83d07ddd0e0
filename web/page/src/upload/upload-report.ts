import { legible, type Format } from "@aethel/export-components";
import type { BuildWarning, LeftOut } from "@aethel/export-client";
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../icons.ts";
import type { Messages } from "../messages/index.ts";
import type { Outcome } from "./upload.ts";

type Texts = Messages["upload"];
const SHOWN = 100;

/** What an upload has come to: what was sent, what stayed at home and why, what the service warns of. */
export function uploadReport(m: Texts, format: Format, outcome: Outcome, dismiss: () => void): TemplateResult {
  return html`<div class="notice success" role="status">
      <div class="row spread">
        <strong>${icon("check")} ${m.done}</strong>
        <button class="icon quiet" aria-label=${m.dismiss} @click=${dismiss}>${icon("close")}</button>
      </div>
      <p>${result(m, format, outcome)}</p>
    </div>
    ${outcome.leftOut.length > 0 ? leftOut(m, outcome.leftOut) : nothing}
    ${outcome.warningCount > 0 ? warnings(m, outcome) : nothing}`;
}

function result(m: Texts, format: Format, { files, sentBytes }: Outcome): string {
  if (files === null) return m.resultZip(format.bytes(sentBytes));
  if (files.fresh === 0) return m.unchanged(files.all);
  return m.result(files.all, files.fresh, format.bytes(sentBytes));
}

function leftOut(m: Texts, all: readonly LeftOut[]): TemplateResult {
  const reasons = new Map<string, LeftOut[]>(all.map(({ code }) => [code, []]));
  for (const one of all) reasons.get(one.code)?.push(one);
  return html`<details>
    <summary>${m.leftOut(all.length)}</summary>
    <p class="small muted">${m.leftOutLead}</p>
    ${[...reasons].map(
      ([code, ones]) =>
        html`<p class="small reason">${m.leftOutReasons[code] ?? ones[0]?.reason}</p>
          ${m.leftOutRemedies[code] ? html`<p class="small muted">${m.leftOutRemedies[code]}</p>` : nothing}
          <ul class="paths small">
            ${ones
              .slice(0, SHOWN)
              .map(
                ({ path, found }) =>
                  html`<li>
                    <bdi class="mono">${legible(path)}</bdi
                    >${found ? html` <span class="muted">${legible(found)}</span>` : nothing}
                  </li>`,
              )}
            ${ones.length > SHOWN ? html`<li class="muted">+ ${ones.length - SHOWN}</li>` : nothing}
          </ul>`,
    )}
  </details>`;
}

function warnings(m: Texts, { warnings: shown, warningCount }: Outcome): TemplateResult {
  return html`<details ?open=${warningCount <= 3}>
    <summary>${m.warnings(warningCount)}</summary>
    <ul class="warnings small">
      ${shown.map((warning) => html`<li>${described(m, warning)}</li>`)}
    </ul>
    ${shown.length < warningCount ? html`<p class="small muted">${m.warningsShown(shown.length, warningCount)}</p>` : nothing}
  </details>`;
}

function described(m: Texts, { code, message, file, line }: BuildWarning): TemplateResult {
  return html`<bdi>${legible(message)}</bdi>
    <div class="muted">
      <code>${legible(code)}</code>
      ${file ? html` · <bdi class="mono">${legible(file)}</bdi>` : nothing}${line === null ? nothing : html` · ${m.line(line)}`}
    </div>`;
}
