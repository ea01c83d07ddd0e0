import { html, nothing, type TemplateResult } from "lit";
import type { ExportFeed } from "../export-feed.js";
import { languageOf } from "../messages/catalogue.js";
import { readableStep } from "../messages/steps.js";
import { legible } from "../legible.js";
import { platformName, statusName } from "../status-badge.js";
import type { Shown } from "./ended.js";
import { etaNow, secondsUntil } from "./waiting.js";

/** A picture of the film that is being made, where there is one: `url` is its address. */
export function film(
  { text, format }: Shown,
  { preview }: ExportFeed,
  url: string | null,
): TemplateResult | typeof nothing {
  if (preview === null || url === null) return nothing;
  const frame = text.progress.frame(format.number(preview.frame + 1), format.number(preview.frames));
  // A page whose policy refuses the picture shows what it says.
  return html`<figure>
    <img src=${url} alt=${text.progress.filmSoFar} @error=${hide} @load=${show} />
    <figcaption>
      <span>${frame}</span>
      ${preview.fps >= 0.05 ? html`<span>${text.progress.perSecond(format.tenths(preview.fps))}</span>` : nothing}
    </figcaption>
  </figure>`;
}

function hide({ target }: Event): void {
  (target as HTMLElement).hidden = true;
}

function show({ target }: Event): void {
  (target as HTMLElement).hidden = false;
}

/** The bar, the step, and what is known of the time that is left. */
export function underWay(shown: Shown, feed: ExportFeed): TemplateResult {
  const { state, text, format } = shown;
  const percent = format.percent(feed.percent);
  const waits = state.waitingReason !== null;
  return html`
    <div class="step">${step(shown)}</div>
    <div
      class="bar"
      role="progressbar"
      aria-label=${text.progress.label(platformName(state.platform, text))}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.floor(feed.percent)}
      aria-valuetext=${text.progress.announceAt(statusName(state.status, text), percent)}
      ?data-waits=${waits}
    >
      <div class="fill" .style=${`--_done: ${feed.percent / 100}`}></div>
    </div>
    <div class="facts">
      <span class="percent">${percent}</span>
      ${facts(shown, feed.receivedAt).map((fact) => html`<span>${fact}</span>`)}
    </div>
  `;
}

function step({ state, text, format }: Shown): TemplateResult {
  const reasons: Readonly<Record<string, string>> = text.waiting;
  const language = languageOf(format.tag);
  const reason = state.waitingReason !== null ? reasons[state.waitingReason] : undefined;
  if (reason !== undefined && language !== "en")
    return html`${reason}${retryCause(state.waitingReason, state.currentStep)}`;
  const { text: sentence, language: spoken } = readableStep(legible(state.currentStep), language, format);
  return html`<span lang=${spoken}>${sentence}</span>`;
}

/** Why the last attempt has failed is known in English alone. */
function retryCause(reason: string | null, sentence: string): TemplateResult | typeof nothing {
  return reason === "retry" ? html` <span class="muted" lang="en">${legible(sentence)}</span>` : nothing;
}

function facts({ state, text, format, now }: Shown, receivedAt: number): string[] {
  const found: string[] = [];
  const eta = etaNow(state, receivedAt, now);
  if (eta) found.push(text.progress.left(format.range(eta.p50S, eta.p90S)));
  if (state.position === 1) found.push(text.progress.next);
  else if (state.position !== null) found.push(text.progress.position(format.number(state.position)));
  const retryS = secondsUntil(state.retryAt, now);
  if (retryS !== null) found.push(text.progress.nextAttempt(format.countdown(retryS)));
  if (state.attempts > 1) found.push(text.progress.attempt(format.number(state.attempts)));
  return found;
}
