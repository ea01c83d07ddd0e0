/** The facts and the options of an export as lists of names and values. */
import type { State } from "@aethel/export-client";
import { type Format, legible } from "@aethel/export-components";
import { type TemplateResult, html } from "lit";

import { filmRows } from "../film/film-rows.ts";
import type { ExportsMessages } from "../messages/index.ts";

type Fact = readonly [name: string, value: string | null];

const HASH = /^[0-9a-f-]{32,}$/;

/** All of the state that is not shown elsewhere; what is not known is left out. */
export function factList(state: State, texts: ExportsMessages["detail"], format: Format): TemplateResult {
  const time = (moment: string | null | undefined): string | null =>
    moment ? format.dateTime(new Date(moment)) : null;
  const facts: Fact[] = [
    [texts.id, state.id],
    [texts.askedBy, state.userId],
    [texts.snapshot, state.snapshot],
    [texts.createdAt, time(state.createdAt)],
    [texts.startedAt, time(state.startedAt)],
    [texts.completedAt, time(state.completedAt)],
    [texts.attempts, format.number(state.attempts)],
    [texts.generation, format.number(state.generation)],
    [texts.minutesUsed, state.buildMinutesUsed === null ? null : format.number(state.buildMinutesUsed)],
    [state.downloadUrl ? texts.expires : texts.expired, time(state.downloadExpiresAt)],
    [texts.failedStage, state.failedStage && (texts.stages[state.failedStage] ?? state.failedStage)],
    [texts.deadLetter, state.deadLetter],
  ];
  return definitions(facts.filter((fact): fact is [string, string] => fact[1] !== null));
}

/** The options that were not left at their defaults, by their names for people. */
export function optionList(options: Readonly<Record<string, unknown>>, texts: ExportsMessages): TemplateResult {
  const given = Object.entries(options);
  if (given.length === 0) return html`<p class="muted">${texts.detail.optionsNone}</p>`;
  return definitions(
    given.flatMap(([name, value]) =>
      name === "video" && typeof value === "object" && value !== null
        ? filmRows(value)
        : [[texts.optionNames[name] ?? name, typeof value === "string" ? value : JSON.stringify(value)] as const],
    ),
  );
}

function definitions(pairs: readonly (readonly [string, string])[]): TemplateResult {
  return html`<dl>
    ${pairs.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd class=${HASH.test(value) ? "mono" : ""}><bdi>${legible(value)}</bdi></dd>
        </div>`,
    )}
  </dl>`;
}
