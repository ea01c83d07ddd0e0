import type { ExportSummary } from "@aethel/export-client";
import { html, type TemplateResult } from "lit";
import type { Messages } from "../messages/index.js";

type Status = ExportSummary["status"];

/** What a filter was set to. */
export type FilterChange = { status: string } | { platform: string };

const RUNNING: readonly Status[] = ["queued", "preparing", "building", "packaging", "uploading"];
const ENDS = ["completed", "failed", "canceled"] as const;

/** The statuses that a filter stands for: `running` for all before the end. */
export function statusesOf(filter: string): Status[] {
  return filter === "running" ? [...RUNNING] : [filter as Status];
}

/** Two choices: which statuses, which platform. */
export function filterBar(
  status: string,
  platform: string,
  text: Messages,
  change: (changed: FilterChange) => void,
): TemplateResult {
  const { list } = text;
  const statuses = [
    ["", list.all],
    ["running", list.running],
    ...ENDS.map((each) => [each, text.status[each]]),
  ] as const;
  const platforms = [["", list.all], ...Object.entries(text.platform)] as const;
  return html`<div class="filters">
    ${choice(list.status, statuses, status, (value) => change({ status: value }))}
    ${choice(list.platform, platforms, platform, (value) => change({ platform: value }))}
  </div>`;
}

function choice(
  label: string,
  values: readonly (readonly string[])[],
  chosen: string,
  choose: (value: string) => void,
): TemplateResult {
  return html`<label>
    <span class="muted">${label}</span>
    <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${values.map(([value = "", name]) => html`<option value=${value} .selected=${value === chosen}>${name}</option>`)}
    </select>
  </label>`;
}
