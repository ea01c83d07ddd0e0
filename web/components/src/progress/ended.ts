/** What is shown of an export that has ended: the artifact, the failure, the receipt of a cancel. */
import type { State } from "@aethel/export-client";
import { html, nothing, type TemplateResult } from "lit";
import type { Copying } from "../copying.js";
import { hasExpired } from "../export-feed.js";
import type { Format } from "../format.js";
import { icons } from "../icons.js";
import { legible } from "../legible.js";
import type { Messages } from "../messages/index.js";
import { problemText } from "../messages/problem-texts.js";
import { failureOf, type Finding } from "../failure.js";

/** A state with all that showing it takes; `now` in ms since the epoch. */
export interface Shown {
  readonly state: State;
  readonly text: Messages;
  readonly format: Format;
  readonly now: number;
  readonly copying: Copying;
}

/** The artifact: name, size, hash, until when; or that it has expired. */
export function completed(shown: Shown): TemplateResult {
  const { state, text, format, now } = shown;
  const { progress } = text;
  const isGone = hasExpired(state);
  const expires = state.downloadExpiresAt === null ? null : new Date(state.downloadExpiresAt);
  return html`
    ${isGone ? html`<p class="step">${state.canRetry ? progress.goneRetry : progress.gone}</p>` : nothing}
    <dl>
      ${row(progress.file, state.fileName && html`<span class="mono">${legible(state.fileName)}</span>`)}
      ${row(progress.size, state.fileSize !== null && format.bytes(state.fileSize))}
      ${row(progress.sha256, state.sha256 && hash(shown, state.sha256))}
      ${row(isGone ? progress.expired : progress.expires, expires && html`${format.relative(expires, new Date(now))} <span class="muted">${format.dateTime(expires)}</span>`)}
      ${cost(shown)}
    </dl>
  `;
}

/** What went wrong: where, why, what to do, and what to quote. */
export function failed(shown: Shown): TemplateResult {
  const { state, text, format } = shown;
  const translated = problemText(state.errorCode, format.tag);
  const { failed: titles, reference } = text.progress;
  const title =
    state.failedStage === "build" || state.failedStage === "upload" ? titles[state.failedStage] : titles.other;
  const failure = failureOf(legible(state.error ?? ""));
  return html`
    <div class="notice danger">
      <strong>${title}</strong>
      ${translated ? html`<p>${translated}</p>` : nothing}
      ${failure.lead ? html`<p lang="en">${failure.lead}</p>` : nothing}
      ${
        failure.findings.length > 0
          ? html`<ol lang="en">
              ${failure.findings.map(findingItem)}
            </ol>`
          : nothing
      }
      ${failure.rest ? html`<p lang="en">${failure.rest}</p>` : nothing}
      ${state.errorCode ? html`<p class="muted small">${text.progress.errorCode} <code>${legible(state.errorCode)}</code></p>` : nothing}
    </div>
    ${
      state.deadLetter
        ? html`<p class="reference small">
            ${reference(legible(state.deadLetter))}
            ${copyButton(shown, "reference", state.deadLetter, text.progress.copyReference)}
          </p>`
        : nothing
    }
  `;
}

function findingItem({ place, message, code }: Finding): TemplateResult {
  return html`<li>
    ${place ? placeChip(place.file, place.line, place.path) : nothing}
    <p>${message}</p>
    ${code ? html`<pre>${code}</pre>` : nothing}
  </li>`;
}

/** The receipt of a cancel: asked for, obeyed, cleaned up. */
export function canceled({ state, text, format }: Shown): TemplateResult {
  const receipt = state.cancelReceipt;
  if (receipt === null) return html``;
  const { progress } = text;
  const asked = new Date(receipt.requestedAt);
  const stopped = receipt.stoppedAt === null ? null : new Date(receipt.stoppedAt);
  return html`
    <dl aria-label=${progress.receipt}>
      ${row(progress.requested, format.dateTime(asked))}
      ${row(
        progress.stopped,
        stopped
          ? progress.stoppedAfter(format.clock(stopped), format.seconds((stopped.getTime() - asked.getTime()) / 1_000))
          : progress.stopping,
      )}
      ${row(progress.parts, stopped !== null && (receipt.partsAborted ? progress.partsGone : progress.partsLater))}
    </dl>
  `;
}

/** The first warnings of a build, folded away. */
export function warnings({ state, text, format }: Shown): TemplateResult | typeof nothing {
  const count = state.warningCount;
  if (count === 0) return nothing;
  const more = count - state.warnings.length;
  return html`<details>
    <summary>${icons.warning}${text.progress.warnings(count, format.number(count))}</summary>
    <ul>
      ${state.warnings.map(
        ({ message, file, line, path }) =>
          html`<li>
            ${file ? placeChip(legible(file), line, path && legible(path)) : nothing}
            <span lang="en">${legible(message)}</span>
          </li>`,
      )}
    </ul>
    ${more > 0 ? html`<p class="muted">${text.progress.moreWarnings(format.number(more))}</p>` : nothing}
  </details>`;
}

function placeChip(file: string, line: number | null, path: string | null): TemplateResult {
  return html`<code class="place">${file}${line === null ? "" : `:${line}`}${path === null ? "" : ` ${path}`}</code>`;
}

function hash(shown: Shown, sha256: string): TemplateResult {
  return html`<span class="hash"
    ><span class="mono" title=${sha256}>${sha256}</span
    >${copyButton(shown, "sha256", sha256, shown.text.progress.copySha256)}</span
  >`;
}

function copyButton({ copying, text }: Shown, what: string, value: string, label: string): TemplateResult {
  const last = copying.last?.what === what ? copying.last : null;
  const said = last === null ? "" : last.done ? text.progress.copied : text.progress.copyFailed;
  return html`<button
      class="quiet icon copy"
      type="button"
      aria-label=${label}
      title=${label}
      @click=${() => void copying.copy(what, value)}
    >
      ${last?.done ? icons.check : icons.copy}</button
    ><span class="small muted" role="status">${said}</span>`;
}

function cost({ state, text, format }: Shown): TemplateResult {
  const { startedAt, completedAt, buildMinutesUsed } = state;
  const tookS = startedAt && completedAt ? (Date.parse(completedAt) - Date.parse(startedAt)) / 1_000 : null;
  return html`
    ${row(text.progress.took, tookS !== null && format.duration(tookS))}
    ${row(text.progress.minutes, buildMinutesUsed !== null && format.number(buildMinutesUsed))}
  `;
}

function row(name: string, value: unknown): TemplateResult | typeof nothing {
  return value === null || value === false || value === ""
    ? nothing
    : html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
}
