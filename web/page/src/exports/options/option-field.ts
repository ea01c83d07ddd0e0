/** One option with its label, input, help and what is wrong with it. */
import { type TemplateResult, html, nothing } from "lit";
import { live } from "lit/directives/live.js";

import type { Field, FieldInput } from "./fields.ts";
import type { Help } from "./groups.ts";

export interface OptionView {
  readonly field: Field;
  /** Unique within the form. */
  readonly id: string;
  readonly label: string;
  readonly input: FieldInput;
  readonly help: readonly string[];
  readonly problems: readonly string[];
  readonly texts: { readonly defaultChoice: string; readonly onePerLine: string };
  /** What the input comes to in other words, such as bytes in megabytes. */
  readonly meaning: string | null;
  readonly enter: (input: FieldInput) => void;
  readonly leave: () => void;
}

/** What somebody would type, where the pattern alone does not tell. */
const EXAMPLES: Readonly<Record<string, string>> = {
  appName: "Firefly",
  appVersion: "1.2.0",
  appIcon: "assets/icon.png",
  bundleId: "com.yourname.firefly",
  excludePatterns: "**/*.psd",
  outputDir: "dist",
  maxBytes: "52428800",
  minSdkVersion: "24",
  targetSdkVersion: "36",
};

export function optionField(view: OptionView): TemplateResult {
  return view.field.kind === "flag" ? flagField(view) : inputField(view);
}

/** The help as lines; where platforms say different things, each is named. */
export function helpLines(help: readonly Help[], nameOf: (platforms: readonly string[]) => string): string[] {
  return help.length === 1 ? [help[0]!.text] : help.map(({ text, platforms }) => `${nameOf(platforms)}: ${text}`);
}

function flagField(view: OptionView): TemplateResult {
  return html`<div class="field flag" data-option=${view.field.name}>
    <label for=${view.id}>
      <input
        type="checkbox"
        id=${view.id}
        .checked=${live(view.input === true)}
        aria-describedby=${describedBy(view)}
        aria-invalid=${view.problems.length > 0}
        @change=${(event: Event) => view.enter((event.target as HTMLInputElement).checked)}
      />
      ${labelText(view)}
    </label>
    ${notes(view)}
  </div>`;
}

function inputField(view: OptionView): TemplateResult {
  return html`<div class="field ${view.field.kind}" data-option=${view.field.name}>
    <label for=${view.id}>${labelText(view)}</label>
    ${control(view)} ${notes(view)}
  </div>`;
}

function labelText({ label, field }: OptionView): TemplateResult {
  return html`<span>${label} ${label === field.name ? nothing : html`<code class="muted">${field.name}</code>`}</span>`;
}

function control(view: OptionView): TemplateResult {
  switch (view.field.kind) {
    case "choice":
      return choice(view);
    case "list":
    case "json":
      return lines(view);
    default:
      return line(view);
  }
}

function line(view: OptionView): TemplateResult {
  const isNumber = view.field.kind === "number";
  return html`<input
    id=${view.id}
    type="text"
    inputmode=${isNumber ? "numeric" : "text"}
    autocomplete="off"
    spellcheck="false"
    placeholder=${EXAMPLES[view.field.name] ?? ""}
    .value=${live(String(view.input))}
    aria-describedby=${describedBy(view)}
    aria-invalid=${view.problems.length > 0}
    @input=${(event: Event) => view.enter((event.target as HTMLInputElement).value)}
    @change=${view.leave}
  />`;
}

function lines(view: OptionView): TemplateResult {
  return html`<textarea
    id=${view.id}
    rows="3"
    autocomplete="off"
    spellcheck="false"
    placeholder=${EXAMPLES[view.field.name] ?? ""}
    .value=${live(String(view.input))}
    aria-describedby=${describedBy(view)}
    aria-invalid=${view.problems.length > 0}
    @input=${(event: Event) => view.enter((event.target as HTMLTextAreaElement).value)}
    @change=${view.leave}
  ></textarea>`;
}

function choice(view: OptionView): TemplateResult {
  const { field, input, texts } = view;
  const usual = typeof field.schema.default === "string" ? field.schema.default : "";
  const others = field.choices.filter((value) => value !== usual);
  const option = (value: string, text: string): TemplateResult =>
    html`<option value=${value} ?selected=${input === value}>${text}</option>`;
  return html`<select
    id=${view.id}
    .value=${live(String(input))}
    aria-describedby=${describedBy(view)}
    aria-invalid=${view.problems.length > 0}
    @change=${(event: Event) => view.enter((event.target as HTMLSelectElement).value)}
  >
    ${option("", usual ? `${texts.defaultChoice}: ${usual}` : texts.defaultChoice)}
    ${others.map((value) => option(value, value))}
  </select>`;
}

function notes(view: OptionView): TemplateResult {
  const help = view.field.kind === "list" ? [view.texts.onePerLine, ...view.help] : view.help;
  return html`${
      view.problems.length
        ? html`<small class="error" id="${view.id}-error" role="alert"
            >${view.problems.map((text) => html`<span>${text}</span>`)}</small
          >`
        : nothing
    }
    <small id="${view.id}-help">
      ${view.meaning ? html`<span>${view.meaning}</span>` : nothing} ${help.map((text) => html`<span>${text}</span>`)}
    </small>`;
}

function describedBy({ id, problems }: OptionView): string {
  return problems.length ? `${id}-error ${id}-help` : `${id}-help`;
}
