/** `<new-export>`: the form that asks for exports of a project. */
import type { AethelExportClient, Configuration, Quota } from "@aethel/export-client";
import { type PropertyValues, type TemplateResult, html, nothing } from "lit";

import { icon } from "../../icons.ts";
import "../copy-button.ts";
import { errorText } from "../error-text.ts";
import { ExportsElement } from "../exports-element.ts";
import { commandLines } from "./command-line.ts";
import { FormModel, type OfferedPlatform } from "./form-model.ts";
import { offeredPlatforms } from "../options/given-options.ts";
import { newExportStyles } from "./new-export-styles.ts";
import type { OptionGroups } from "../options/option-groups.ts";
import "../options/option-groups.ts";
import { outcomeList } from "./outcomes.ts";
import "./platform-cards.ts";
import "./preset-bar.ts";
import { CONFIGURATIONS } from "./requests.ts";
import { type Outcome, Submission } from "./submission.ts";

const LOOK_AGAIN_MS = 5_000;

/** Options to begin with, such as those of an earlier export. */
export interface Prefill {
  readonly platform: string;
  readonly configuration: Configuration;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Events `export-created` (`{projectId, exportId}`) for each one that was accepted, then `exports-requested` (`{all}`: whether all were). */
export class NewExport extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    projectId: { attribute: false },
    hasFiles: { attribute: false },
    prefill: { attribute: false },
    model: { state: true },
    quota: { state: true },
    failure: { state: true },
    outcomes: { state: true },
    isSending: { state: true },
    hint: { state: true },
    revision: { state: true },
  };
  declare client: AethelExportClient;
  declare projectId: string;
  /** Whether anything was pushed yet. */
  declare hasFiles: boolean;
  declare prefill: Prefill | null;
  declare private model: FormModel | null;
  declare private quota: Quota | null;
  declare private failure: Error | null;
  declare private outcomes: readonly Outcome[];
  declare private isSending: boolean;
  declare private hint: string | null;
  declare private revision: number;

  static override styles = [ExportsElement.styles, newExportStyles];

  #submission: Submission | null = null;
  #looking: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.hasFiles = true;
    this.prefill = null;
    this.model = null;
    this.quota = null;
    this.failure = null;
    this.outcomes = [];
    this.isSending = false;
    this.hint = null;
    this.revision = 0;
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("prefill") && this.model) this.#fillIn(this.model);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("form-changed", this.#changed);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("form-changed", this.#changed);
    clearTimeout(this.#looking);
  }

  override render(): TemplateResult {
    return html`<section class="card stack" aria-labelledby="title">
      <div class="stack tight">
        <h2 id="title">${this.t.form.title}</h2>
        <p class="muted">${this.t.form.lead}</p>
      </div>
      ${this.failure ? this.#failed() : this.model ? this.#form(this.model) : html`<p role="status">${this.t.form.loading}</p>`}
    </section>`;
  }

  #form(model: FormModel): TemplateResult {
    return html`<platform-cards
        .platforms=${model.platforms}
        .chosen=${[...model.chosen]}
        @platform-toggled=${(event: CustomEvent<string>) => this.#change(() => model.toggle(event.detail))}
      ></platform-cards>
      <preset-bar .projectId=${this.projectId} .model=${model}></preset-bar>
      ${this.#configurations(model)}
      <option-groups .client=${this.client} .model=${model} .revision=${this.revision}></option-groups>
      ${model.chosen.size ? this.#command(model) : nothing}
      <div class="submit">${this.#cost(model)} ${this.#button(model)}</div>
      <div role="status">${this.hint ? html`<p class="error">${this.hint}</p>` : nothing}</div>
      ${outcomeList(this.outcomes, {
        texts: this.t.form,
        format: this.format,
        projectId: this.projectId,
        nameOf: (platform) => this.platformName(platform),
      })}`;
  }

  #configurations(model: FormModel): TemplateResult {
    const { form } = this.t;
    return html`<fieldset class="configurations">
      <legend>${form.configuration}</legend>
      ${CONFIGURATIONS.map((name) => {
        const [title, help] = form.configurations[name] ?? [name, ""];
        return html`<label>
          <input
            type="radio"
            name="configuration"
            value=${name}
            .checked=${model.configuration === name}
            @change=${() => this.#change(() => (model.configuration = name))}
          />
          <span><strong>${title}</strong><small class="muted">${help}</small></span>
        </label>`;
      })}
      ${
        model.unsigned.length
          ? html`<p class="notice warning" role="status">${form.mustBeSigned(this.platformNames(model.unsigned))}</p>`
          : nothing
      }
    </fieldset>`;
  }

  #command(model: FormModel): TemplateResult {
    const lines = commandLines(this.projectId, model.requests);
    return html`<details class="command">
      <summary>${this.t.form.command}</summary>
      <div>
        <pre tabindex="0">${lines}</pre>
        <copy-button .value=${lines}></copy-button>
      </div>
    </details>`;
  }

  #cost(model: FormModel): TemplateResult {
    const { form } = this.t;
    if (model.chosen.size === 0) return html`<p class="muted">${form.noneChosen}</p>`;
    if (model.isRefused) return html`<p class="muted">${form.unpriced}</p>`;
    const needed = form.minutes(model.minutes);
    const left = this.quota?.available ?? null;
    if (!this.quota) return html`<p class="muted">${needed}</p>`;
    if (left === null) return html`<p class="muted">${icon("clock")} ${form.costsUnlimited(needed)}</p>`;
    const remaining = form.minutes(left);
    return left < model.minutes
      ? html`<p class="error" role="status">${icon("alert")} ${form.tooFewMinutes(needed, remaining)}</p>`
      : html`<p class="muted">${icon("clock")} ${form.costs(needed, remaining)}</p>`;
  }

  #button(model: FormModel): TemplateResult {
    const { form } = this.t;
    // The second click of a double click is no further wish, however quickly the first one was answered.
    return html`<button
      class="primary"
      data-action="export"
      aria-disabled=${this.isSending}
      @click=${(click: MouseEvent) => click.detail < 2 && void this.#submit(model)}
    >
      ${this.isSending ? html`<span class="spinner"></span> ${form.submitting}` : html`${icon("spark")} ${form.submit(model.chosen.size)}`}
    </button>`;
  }

  #failed(): TemplateResult {
    return html`<div class="notice danger" role="alert">
      <strong>${this.t.form.loadFailed}</strong>
      <p>${errorText(this.failure)}</p>
      <div><button @click=${() => void this.#load()}>${this.t.form.again}</button></div>
    </div>`;
  }

  async #load(): Promise<void> {
    this.failure = null;
    this.#submission = new Submission(this.client, this.projectId);
    try {
      const [platforms, quota] = await Promise.all([offeredPlatforms(this.client), this.client.quota()]);
      this.quota = quota;
      this.model = new FormModel(ordered(platforms));
      this.#fillIn(this.model);
      this.#lookAgain(this.model);
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Until no platform would have to wait for its workers: they may be about to start. */
  #lookAgain(model: FormModel): void {
    clearTimeout(this.#looking);
    if (!this.isConnected || this.model !== model || !model.isAwaited) return;
    this.#looking = setTimeout(async () => {
      if (document.visibilityState === "visible") {
        const platforms = await offeredPlatforms(this.client).catch(() => null);
        if (platforms) model.offer(ordered(platforms));
        this.revision += 1;
      }
      this.#lookAgain(model);
    }, LOOK_AGAIN_MS);
  }

  #fillIn(model: FormModel): void {
    if (!this.prefill) return;
    const { platform, configuration, options } = this.prefill;
    model.fill(configuration, { [platform]: options });
    this.revision += 1;
  }

  async #submit(model: FormModel): Promise<void> {
    if (this.isSending || !this.#submission) return;
    this.hint = this.#obstacle(model);
    this.revision += 1;
    if (this.hint) {
      await this.updateComplete;
      await this.renderRoot.querySelector<OptionGroups>("option-groups")?.focusFirstProblem();
      return;
    }
    this.isSending = true;
    this.outcomes = await this.#submission.send(model.requests);
    this.isSending = false;
    model.note(this.outcomes);
    this.revision += 1;
    this.#tellAccepted();
    await this.updateComplete;
    await this.renderRoot.querySelector<OptionGroups>("option-groups")?.focusFirstProblem();
    this.quota = await this.client.quota().catch(() => this.quota);
  }

  #tellAccepted(): void {
    const accepted = this.outcomes.filter((outcome) => "exportId" in outcome);
    for (const { exportId } of accepted) this.tell("export-created", { projectId: this.projectId, exportId });
    if (accepted.length) this.tell("exports-requested", { all: accepted.length === this.outcomes.length });
  }

  /** Why nothing is sent; null where all is well. */
  #obstacle(model: FormModel): string | null {
    if (!this.hasFiles) return this.t.form.nothingPushed;
    if (model.chosen.size === 0) return this.t.form.noneChosen;
    const wrong = model.checkAll();
    return wrong > 0 ? this.t.form.mend(wrong) : null;
  }

  #change(change: () => void): void {
    change();
    this.#changed();
  }

  readonly #changed = (): void => {
    this.hint = null;
    this.revision += 1;
  };
}

/** What can be exported first, the web before all: it is what is played at once. */
function ordered(platforms: readonly OfferedPlatform[]): OfferedPlatform[] {
  const rank = ({ platform, options }: OfferedPlatform): number => (platform === "web" ? 0 : options ? 1 : 2);
  return [...platforms].sort((one, other) => rank(one) - rank(other));
}

customElements.define("new-export", NewExport);
