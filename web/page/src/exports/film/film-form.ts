/** `<film-form>`: what a film should be: `options.video`, by fields that people know, and the rest of it as JSON. */
import type { AethelExportClient, ExportPrice } from "@aethel/export-client";
import { type PropertyValues, type TemplateResult, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";

import { preferences } from "../../preferences.ts";
import { ExportsElement } from "../exports-element.ts";
import type { FullRequest } from "../form/requests.ts";
import {
  CHOICES,
  type FilmField,
  type Wish,
  choiceOf,
  choose,
  fieldsFor,
  isObject,
  read,
  restOf,
  valueOf,
  wishOf,
  withValue,
  written,
} from "./film-fields.ts";
import { FilmPrice } from "./film-price.ts";
import { filmStyles } from "./film-styles.ts";
import { type FilmMessages, filmMessages } from "./messages.ts";

const PATH = /^(?:\$\.)?options\.video\.?/;
const REST = "";

/** What the service has said last; `minutes` is null where it is not known. */
export interface FilmSaid {
  readonly minutes: number | null;
  /** How many things are wrong. */
  readonly problems: number;
}

/** Events `film-entered` (the JSON of `options.video`) and `film-priced` (a `FilmSaid`). */
export class FilmForm extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    request: { attribute: false },
    value: { attribute: false },
    told: { attribute: false },
  };
  declare client: AethelExportClient;
  /** The whole request, whose price is asked for. */
  declare request: FullRequest;
  /** What was entered: JSON. */
  declare value: string;
  /** What the service said when it was asked for the film itself. */
  declare told: readonly string[];

  static override styles = [ExportsElement.styles, filmStyles];

  readonly #price = new FilmPrice(() => this.#priced());
  #film: ExportPrice["film"] = null; // as it would be made, also while the next price is asked for
  readonly #drafts = new Map<string, string>(); // as they were typed: `1.` is a number on its way
  #entered: string | null = null;
  #wish: Wish = {};
  #isOpen = false; // it stays so once something was wrong in there

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.value !== this.#entered) {
      this.#drafts.clear();
      this.#entered = this.value;
      this.#wish = wishOf(this.value);
    }
    this.#price.of(this.request, this.client);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#price.stop();
  }

  /** Put the focus on the first field that is wrong; false where none is. */
  focusFirstProblem(): boolean {
    const wrong = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.focus();
    return wrong !== null;
  }

  override render(): TemplateResult {
    const texts = filmMessages(preferences.language);
    const choice = choiceOf(this.#wish);
    const fields = fieldsFor(choice);
    this.#isOpen ||= this.#hasFoldedProblem(fields);
    const show = (field: FilmField): TemplateResult => this.#field(field, texts);
    return html`<fieldset class="choices">
        <legend>${texts.what}</legend>
        ${CHOICES.map((name) => this.#choice(name, name === choice, texts))}
      </fieldset>
      <div class="fields">
        ${repeat(
          fields.filter(({ isFolded }) => !isFolded),
          ({ name }) => name,
          show,
        )}
      </div>
      <details
        ?open=${this.#isOpen}
        @toggle=${(event: Event) => (this.#isOpen = (event.target as HTMLDetailsElement).open)}
      >
        <summary>${texts.more}</summary>
        <div class="fields">
          ${repeat(
            fields.filter(({ isFolded }) => isFolded),
            ({ name }) => name,
            show,
          )}
          ${this.#rest(choice, texts)}
        </div>
      </details>
      <p class="price" role="status">${this.#cost(texts)}</p>`;
  }

  #choice(name: string, isChosen: boolean, texts: FilmMessages): TemplateResult {
    return html`<label>
      <input type="radio" name="what" value=${name} .checked=${live(isChosen)} @change=${() => this.#choose(name)} />
      ${texts.choices[name] ?? name}
    </label>`;
  }

  #field(field: FilmField, texts: FilmMessages): TemplateResult {
    const { name, kind } = field;
    const [label, help] = texts.fields[name]!;
    const problems = this.#problemsOf(name);
    const input =
      kind === "choice" ? this.#select(field, texts) : kind === "flag" ? this.#box(name) : this.#line(field);
    const labelled =
      kind === "flag" ? html`<label>${input} ${label}</label>` : html`<label for=${name}>${label}</label> ${input}`;
    return html`<div class="field ${kind}" data-film=${name}>${labelled} ${this.#notes(name, problems, help)}</div>`;
  }

  #notes(name: string, problems: readonly string[], help: string): TemplateResult {
    return html`<small id="${name}-notes">
      ${problems.map((problem) => html`<span class="error" role="alert">${problem}</span>`)}
      ${help ? html`<span>${help}</span>` : nothing}
    </small>`;
  }

  #line(field: FilmField): TemplateResult {
    const { name, kind } = field;
    return html`<input
      id=${name}
      type="text"
      inputmode=${kind === "number" || kind === "rate" ? "decimal" : "text"}
      autocomplete="off"
      spellcheck="false"
      placeholder=${this.#usual(name)}
      .value=${live(this.#drafts.get(name) ?? written(valueOf(this.#wish, name)))}
      aria-describedby="${name}-notes"
      aria-invalid=${this.#problemsOf(name).length > 0}
      @input=${(event: Event) => this.#type(field, (event.target as HTMLInputElement).value)}
    />`;
  }

  #select(field: FilmField, texts: FilmMessages): TemplateResult {
    const { name, choices } = field;
    const value = written(valueOf(this.#wish, name));
    const usual = this.#usual(name);
    const said: Readonly<Record<string, string>> = {
      "": usual ? `${texts.usual}: ${usual}` : texts.usual,
      none: texts.none,
    };
    const offered = choices!.includes(value) ? choices! : [...choices!, value];
    return html`<select
      id=${name}
      .value=${live(value)}
      aria-describedby="${name}-notes"
      aria-invalid=${this.#problemsOf(name).length > 0}
      @change=${(event: Event) => this.#type(field, (event.target as HTMLSelectElement).value)}
    >
      ${offered.map((one) => html`<option value=${one} ?selected=${one === value}>${said[one] ?? one}</option>`)}
    </select>`;
  }

  /** What a film has where a field is left empty. */
  #usual(name: string): string {
    const film = this.#film;
    if (film === null) return "";
    const made: Readonly<Record<string, unknown>> = { ...film, videoCodec: film.codec, audioCodec: film.sound };
    return written(made[name]);
  }

  #box(name: string): TemplateResult {
    return html`<input
      id=${name}
      type="checkbox"
      .checked=${live(valueOf(this.#wish, name) === true)}
      aria-describedby="${name}-notes"
      @change=${(event: Event) =>
        this.#enter(withValue(this.#wish, name, (event.target as HTMLInputElement).checked || undefined))}
    />`;
  }

  /** What no field asks for. */
  #rest(choice: string, texts: FilmMessages): TemplateResult {
    const rest = restOf(this.#wish, choice);
    const draft = this.#drafts.get(REST);
    const isBad = draft !== undefined && draft.trim() !== "" && !isObject(draft);
    const problems = isBad ? [texts.badRest] : Object.keys(rest).flatMap((name) => this.#problemsOf(name));
    const others = this.#problemsOf(REST);
    return html`<div class="field rest" data-film="rest">
      <label for="rest">${texts.rest}</label>
      <textarea
        id="rest"
        rows="2"
        autocomplete="off"
        spellcheck="false"
        .value=${live(draft ?? (Object.keys(rest).length ? written(rest) : ""))}
        aria-describedby="rest-notes"
        aria-invalid=${problems.length > 0}
        @input=${(event: Event) => this.#typeRest(choice, (event.target as HTMLTextAreaElement).value)}
      ></textarea>
      ${this.#notes("rest", [...problems, ...others], texts.restHelp)}
    </div>`;
  }

  #cost(texts: FilmMessages): string | TemplateResult {
    const priced = this.#price.now;
    if (priced === null) return texts.pricing;
    if (priced.problems.length) {
      const elsewhere = priced.problems.filter(({ path }) => !PATH.test(path));
      if (elsewhere.length === 0) return texts.refused;
      return html`${elsewhere.map(({ message }) => html`<span class="error">${this.serverText(message)}</span>`)}`;
    }
    if (this.told.length) return html`${this.told.map((text) => html`<span class="error">${text}</span>`)}`;
    if (priced.minutes === null) return texts.unpriced;
    return html`<strong>${this.t.form.minutes(priced.minutes)}</strong>
      ${priced.film && this.#made(priced.film, texts)}`;
  }

  #made(film: NonNullable<ExportPrice["film"]>, texts: FilmMessages): TemplateResult {
    const { container, codec, width, height, fps, durationS, frames, sound, kind } = film;
    const moves = kind === "movie" || kind === "animation";
    const parts = [
      ...new Set([container, codec, sound ?? ""].map((name) => name.toUpperCase())),
      `${width} × ${height}`,
      moves ? texts.moving(fps, this.format.seconds(durationS)) : "",
      texts.frames(frames, this.format.number(frames)),
    ];
    return html`<span>${parts.filter(Boolean).join(" · ")}</span>`;
  }

  /** What the service says of a place in `options.video`. */
  #problemsOf(name: string): string[] {
    const known = this.#price.now?.problems.filter(({ path }) => PATH.test(path)) ?? [];
    return known.filter(({ path }) => placeOf(path) === name).map(({ message }) => this.serverText(message));
  }

  #hasFoldedProblem(fields: readonly FilmField[]): boolean {
    const problems = this.#price.now?.problems ?? [];
    const shown = new Set(fields.filter(({ isFolded }) => !isFolded).map(({ name }) => name));
    return problems.some(({ path }) => PATH.test(path) && !shown.has(placeOf(path)));
  }

  #choose(name: string): void {
    this.#film = null; // what is usual of another one is not of this
    this.#enter(choose(this.#wish, name));
  }

  #type(field: FilmField, text: string): void {
    this.#enter(withValue(this.#wish, field.name, read(field, text)), field.name, text);
  }

  #typeRest(choice: string, text: string): void {
    const rest = Object.keys(restOf(this.#wish, choice));
    const kept = Object.fromEntries(Object.entries(this.#wish).filter(([name]) => !rest.includes(name)));
    this.#enter({ ...wishOf(text), ...kept }, REST, text);
  }

  #enter(wish: Wish, name?: string, draft?: string): void {
    if (name !== undefined && draft !== undefined) this.#drafts.set(name, draft);
    this.#wish = wish;
    this.#entered = Object.keys(wish).length ? JSON.stringify(wish) : "";
    this.tell("film-entered", this.#entered);
  }

  #priced(): void {
    this.#film = this.#price.now?.film ?? this.#film;
    this.requestUpdate();
    const { minutes, problems } = this.#price.now!;
    this.tell<FilmSaid>("film-priced", { minutes, problems: problems.length });
  }
}

/** The place within `options.video` that a problem's path names; what is within a list is the list's. */
function placeOf(path: string): string {
  return path.replace(PATH, "").replace(/\[.*/, "");
}

customElements.define("film-form", FilmForm);
