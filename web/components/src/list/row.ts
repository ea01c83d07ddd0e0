import type { ExportSummary } from "@aethel/export-client";
import { html, nothing, type TemplateResult } from "lit";
import { hasEnded } from "../export-feed.js";
import type { Format } from "../format.js";
import { icons } from "../icons.js";
import type { Messages } from "../messages/index.js";
import { configurationName, platformName, statusMark } from "../status-badge.js";

/** How a row is shown. */
export interface RowOptions {
  readonly index: number;
  readonly active: boolean;
  readonly selected: boolean;
  readonly text: Messages;
  readonly format: Format;
  /** How long ago it was asked for. */
  readonly age: string;
  readonly choose: () => void;
}

/** One export of a list. */
export function exportRow(summary: ExportSummary, options: RowOptions): TemplateResult {
  const { index, active, selected, text, format, age, choose } = options;
  const platform = platformName(summary.platform, text);
  const configuration = summary.configuration === null ? "" : configurationName(summary.configuration, text);
  const created = summary.createdAt === null ? null : new Date(summary.createdAt);
  const status = shownStatus(summary);
  return html`<div
    id=${`row-${index}`}
    class="row"
    role="option"
    aria-selected=${selected ? "true" : "false"}
    ?data-active=${active}
    @click=${choose}
  >
    ${statusMark(status, text)}
    <span class="name"><b>${platform}</b> <span class="muted">${configuration}</span></span>
    <span class="middle">${hasEnded(summary.status) ? facts(summary, text, format) : percentBar(summary, format)}</span>
    <time class="muted" datetime=${summary.createdAt ?? nothing} title=${created ? format.dateTime(created) : nothing}
      >${age}</time
    >
  </div>`;
}

/** A completed export has 100 percent as long as its artifact can be downloaded. */
function shownStatus({ status, progress }: ExportSummary): string {
  return status === "completed" && progress < 100 ? "expired" : status;
}

function percentBar({ progress }: ExportSummary, format: Format): TemplateResult {
  return html`<span class="bar"><span class="fill" .style=${`--_done: ${progress / 100}`}></span></span>
    <span class="percent">${format.percent(progress)}</span>`;
}

function facts(summary: ExportSummary, text: Messages, format: Format): TemplateResult {
  const { createdAt, completedAt, warningCount } = summary;
  const tookS = createdAt && completedAt ? (Date.parse(completedAt) - Date.parse(createdAt)) / 1_000 : null;
  return html`${tookS === null ? nothing : html`<span class="muted">${format.duration(tookS)}</span>`}
  ${
    warningCount > 0
      ? html`<span class="warned"
          >${icons.warning}<span class="unseen"
            >${text.progress.warnings(warningCount, format.number(warningCount))}</span
          ><span aria-hidden="true">${format.number(warningCount)}</span></span
        >`
      : nothing
  }`;
}
