import { html, nothing, type TemplateResult } from "lit";
import type { Format } from "./format.js";
import { legible } from "./legible.js";
import { problemText } from "./messages/problem-texts.js";
import type { Messages } from "./messages/index.js";
import type { Problem } from "./problem.js";

/** A box that says what went wrong with a request; needs the styles `notices`. The service's own words are English: its title is told in the reader's language, as far as its code is known. */
export function problemNotice(problem: Problem, text: Messages, format: Format, title?: string): TemplateResult {
  const waitS = secondsToWait(problem);
  const translated = problemText(problem.code, format.tag);
  const lead = translated ?? html`<span lang="en">${legible(problem.title)}</span>`;
  return html`<div class="notice danger">
    ${title ? html`<strong>${title}</strong>` : nothing}
    ${title ? html`<p>${lead}</p>` : html`<strong>${lead}</strong>`}
    ${problem.detail ? html`<p lang="en">${legible(problem.detail)}</p>` : nothing}
    ${
      problem.details.length > 0
        ? html`<ul lang="en">
            ${problem.details.map(({ path, message }) => html`<li><code>${legible(path)}</code> ${legible(message)}</li>`)}
          </ul>`
        : nothing
    }
    ${waitS > 0 ? html`<p>${text.button.retryAfter(format.countdown(waitS))}</p>` : nothing}
  </div>`;
}

/** How long the service asks to wait, in seconds from now; 0 where it does not, or no longer. */
export function secondsToWait(problem: Problem | null): number {
  return problem?.retryAt == null ? 0 : Math.max(0, (problem.retryAt - Date.now()) / 1_000);
}
