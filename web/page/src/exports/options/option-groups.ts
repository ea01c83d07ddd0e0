/** The options of the chosen platforms, and those that are refused there. */
import type { AethelExportClient } from "@aethel/export-client";
import { type TemplateResult, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { ExportsElement } from "../exports-element.ts";
import type { Field } from "./fields.ts";
import type { FilmForm, FilmSaid } from "../film/film-form.ts";
import { FILMED, type FormModel, type OfferedPlatform } from "../form/form-model.ts";
import { type FieldGroup, groupFields, helpFor } from "./groups.ts";
import { helpLines, optionField } from "./option-field.ts";
import { optionStyles } from "./option-styles.ts";
import { problemText } from "./problem-text.ts";

const MOST_UNFOLDED = 4; // options of a group that needs no folding

/** What most people set; of a longer group the rest is folded away until it is asked for, or something is wrong in it. */
const FIRST = [FILMED, "appName", "appVersion", "appIcon", "format", "architecture"];

/** `<option-groups>`: shows a `FormModel`'s options. Event `form-changed` after each input. */
export class OptionGroups extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    model: { attribute: false },
    revision: { attribute: false },
    more: { state: true },
  };
  declare client: AethelExportClient;
  declare model: FormModel;
  /** Another number after each change of the model. */
  declare revision: number;
  /** Groups that are unfolded, by their platforms. */
  declare private more: ReadonlySet<string>;

  static override styles = [ExportsElement.styles, optionStyles];

  constructor() {
    super();
    this.more = new Set();
  }

  /** Show what is wrong, and put the focus on the first of it. */
  async focusFirstProblem(): Promise<void> {
    const wrong = groupFields(this.model.chosenPlatforms).filter(({ fields }) =>
      fields.some((field) => this.#isWrong(field)),
    );
    this.more = new Set([...this.more, ...wrong.map(groupName)]);
    await this.updateComplete;
    if (this.renderRoot.querySelector<FilmForm>("film-form:defined")?.focusFirstProblem()) return;
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  override render(): TemplateResult {
    const chosen = this.model.chosenPlatforms;
    if (chosen.length === 0) return html`<p class="muted">${this.t.form.chooseFirst}</p>`;
    const groups = groupFields(chosen);
    return html`<div class="groups">${repeat(groups, groupName, (group) => this.#group(group, chosen))}</div>
      ${this.#refused(chosen)}`;
  }

  #group(group: FieldGroup, chosen: readonly OfferedPlatform[]): TemplateResult {
    const owners = chosen.filter(({ platform }) => group.platforms.includes(platform));
    const first = FIRST.map((name) => group.fields.find((field) => field.name === name)).filter(
      (field) => field !== undefined,
    );
    const rest = group.fields.filter((field) => !FIRST.includes(field.name));
    const show = (field: Field): TemplateResult => this.#field(field, group, owners);
    const isShort = group.fields.length <= MOST_UNFOLDED;
    return html`<fieldset class=${isShort ? "short" : "long"}>
      <legend>${this.#title(group, chosen)}</legend>
      <div class="fields">${repeat(isShort ? [...first, ...rest] : first, ({ key }) => key, show)}</div>
      ${isShort ? nothing : this.#folded(group, rest, show)}
    </fieldset>`;
  }

  #folded(group: FieldGroup, fields: readonly Field[], show: (field: Field) => TemplateResult): TemplateResult {
    const name = groupName(group);
    const toggle = (event: Event): void => {
      const more = new Set(this.more);
      if ((event.target as HTMLDetailsElement).open) more.add(name);
      else more.delete(name);
      this.more = more;
    };
    return html`<details ?open=${this.more.has(name)} @toggle=${toggle}>
      <summary>${this.t.form.more} <span class="muted">${fields.length}</span></summary>
      <div class="fields">${repeat(fields, ({ key }) => key, show)}</div>
    </details>`;
  }

  #film(field: Field, [platform]: readonly OfferedPlatform[]): TemplateResult {
    void import("../film/film-form.ts");
    return html`<film-form
      class="film"
      data-option=${field.name}
      .client=${this.client}
      .request=${this.model.requestOf(platform!)}
      .value=${String(this.model.inputOf(field))}
      .told=${this.#problems(field)}
      @film-entered=${(event: CustomEvent<string>) => this.#change(() => this.model.enter(field, event.detail))}
      @film-priced=${(event: CustomEvent<FilmSaid>) => this.#change(() => (this.model.film = event.detail))}
    ></film-form>`;
  }

  #change(change: () => void): void {
    change();
    this.tell("form-changed", null);
  }

  #field(field: Field, group: FieldGroup, owners: readonly OfferedPlatform[]): TemplateResult {
    if (field.name === FILMED) return this.#film(field, owners);
    const input = this.model.inputOf(field);
    return optionField({
      field,
      id: `${field.name}-${group.platforms.join("-")}`,
      label: this.t.optionNames[field.name] ?? field.name,
      input,
      help: helpLines(this.#translated(helpFor(field, owners)), (platforms) => this.platformNames(platforms)),
      problems: this.#problems(field),
      texts: this.t.form,
      meaning: this.#meaning(field, input),
      enter: (value) => this.#change(() => this.model.enter(field, value)),
      leave: () => this.#change(() => this.model.leave(field)),
    });
  }

  #problems(field: Field): string[] {
    const problem = this.model.problemOf(field);
    const told = this.model
      .toldOf(field)
      .map(({ platform, message }) => `${this.platformName(platform)}: ${this.serverText(message)}`);
    return problem ? [problemText(problem, this.t.problems, this.format), ...told] : told;
  }

  #isWrong(field: Field): boolean {
    return this.model.problemOf(field) !== null || this.model.toldOf(field).length > 0;
  }

  #meaning(field: Field, input: unknown): string | null {
    const bytes = field.kind === "number" && field.name.endsWith("Bytes") ? Number(input) : 0;
    return bytes > 0 && Number.isFinite(bytes) ? this.t.form.equals(this.format.bytes(bytes)) : null;
  }

  #translated<Item extends { readonly text: string }>(items: readonly Item[]): Item[] {
    return items.map((item) => ({ ...item, text: this.serverText(item.text) }));
  }

  #title({ platforms }: FieldGroup, chosen: readonly OfferedPlatform[]): string {
    return platforms.length === chosen.length && chosen.length > 1
      ? this.t.form.forAll
      : this.t.form.forSome(this.platformNames(platforms));
  }

  #refused(chosen: readonly OfferedPlatform[]): TemplateResult {
    return html`<details class="refused">
      <summary>${this.t.form.refused}</summary>
      ${chosen.map((platform) => this.#refusedBy(platform))}
    </details>`;
  }

  #refusedBy({ platform, options }: OfferedPlatform): TemplateResult {
    return html`<h4>${this.platformName(platform)}</h4>
      <dl>
        ${Object.entries(options?.refused ?? {}).map(
          ([name, why]) =>
            html`<dt>${this.t.optionNames[name] ?? name}</dt>
              <dd>${this.serverText(why)}</dd>`,
        )}
      </dl>`;
  }
}

function groupName({ platforms }: FieldGroup): string {
  return platforms.join();
}

customElements.define("option-groups", OptionGroups);
