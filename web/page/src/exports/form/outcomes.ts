/** What has become of each request. */
import { ExportError } from "@aethel/export-client";
import type { Format } from "@aethel/export-components";
import { type TemplateResult, html, nothing } from "lit";

import { icon } from "../../icons.ts";
import { serverText } from "../../languages.ts";
import { preferences } from "../../preferences.ts";
import { projectHash } from "../../router.ts";
import { errorText } from "../error-text.ts";
import type { ExportsMessages } from "../messages/index.ts";
import { optionIn } from "./requests.ts";
import type { Outcome } from "./submission.ts";

export interface OutcomeView {
  readonly texts: ExportsMessages["form"];
  readonly format: Format;
  readonly projectId: string;
  readonly nameOf: (platform: string) => string;
}

/** A list that is announced politely. */
export function outcomeList(outcomes: readonly Outcome[], view: OutcomeView): TemplateResult {
  const items = outcomes.map((outcome) => ("error" in outcome ? refused(outcome, view) : accepted(outcome, view)));
  const list = html`<ul class="outcomes">
    ${items}
  </ul>`;
  return html`<div role="status">${items.length ? list : nothing}</div>`;
}

function accepted({ platform, exportId }: { platform: string; exportId: string }, view: OutcomeView): TemplateResult {
  return html`<li class="row" data-outcome="accepted">
    ${icon("check")} <span>${view.texts.accepted(view.nameOf(platform))}</span>
    <a href=${projectHash(view.projectId, exportId)}>${view.texts.show}</a>
  </li>`;
}

function refused({ platform, error }: { platform: string; error: Error }, view: OutcomeView): TemplateResult {
  const { texts, format } = view;
  const problem = error instanceof ExportError ? error : null;
  const elsewhere = problem?.details.filter(({ path }) => optionIn(path) === null) ?? [];
  return html`<li class="notice danger" data-outcome="refused">
    <strong>${texts.refusedExport(view.nameOf(platform))}</strong>
    <p>${errorText(error)}</p>
    ${elsewhere.map(({ path, message }) => html`<p><code>${path}</code> ${serverText(message, preferences.language)}</p>`)}
    ${problem?.retryAfterS ? html`<p>${texts.retryAfter(format.duration(problem.retryAfterS))}</p>` : nothing}
    ${problem?.traceId ? html`<p class="muted small">${texts.reference(problem.traceId)}</p>` : nothing}
  </li>`;
}
