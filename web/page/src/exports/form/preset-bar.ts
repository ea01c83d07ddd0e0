/** `<preset-bar>`: named choices, kept for the project in this browser. */
import { type TemplateResult, css, html, nothing } from "lit";

import { icon } from "../../icons.ts";
import { ExportsElement } from "../exports-element.ts";
import type { FormModel } from "./form-model.ts";
import { MAX_NAME_LENGTH, type Preset, Presets } from "./presets.ts";

/** Event `form-changed` after a preset was applied. */
export class PresetBar extends ExportsElement {
  static override properties = {
    projectId: { attribute: false },
    model: { attribute: false },
    naming: { state: true },
  };
  declare projectId: string;
  declare model: FormModel;
  declare private naming: boolean;

  static override styles = [
    ExportsElement.styles,
    css`
      ul {
        display: contents;
        list-style: none;
      }
      li {
        display: inline-flex;
        max-width: 100%;
      }
      li button {
        min-width: 0;
      }
      li .name {
        flex: 1;
        border-start-end-radius: 0;
        border-end-end-radius: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      li .icon {
        flex: none;
        margin-inline-start: -1px;
        border-start-start-radius: 0;
        border-end-start-radius: 0;
        color: var(--_muted);
      }
      bdi {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        flex: 1 1 16rem;
      }
      input {
        flex: 1 1 10rem;
        min-width: 0;
      }
      strong {
        font-weight: 650;
      }
    `,
  ];

  constructor() {
    super();
    this.naming = false;
  }

  override render(): TemplateResult {
    const { form } = this.t;
    const presets = this.#store.all();
    return html`<div class="row" role="group" aria-label=${form.presets}>
      <strong>${form.presets}</strong>
      ${presets.length || this.naming ? nothing : html`<span class="muted small">${form.noPresets}</span>`}
      <ul role="list">
        ${presets.map((preset) => this.#preset(preset))}
      </ul>
      ${
        this.naming
          ? this.#nameForm()
          : html`<button class="quiet" data-action="name-preset" @click=${this.#startNaming}>
              ${icon("plus")} ${form.savePreset}
            </button>`
      }
    </div>`;
  }

  get #store(): Presets {
    return new Presets(this.projectId, localStorage);
  }

  #preset(preset: Preset): TemplateResult {
    const { form } = this.t;
    return html`<li>
      <button class="name" aria-label=${form.applyPreset(preset.name)} @click=${() => this.#apply(preset)}>
        <bdi>${preset.name}</bdi>
      </button>
      <button class="icon" aria-label=${form.deletePreset(preset.name)} @click=${() => this.#delete(preset.name)}>
        ${icon("close")}
      </button>
    </li>`;
  }

  #nameForm(): TemplateResult {
    const { form } = this.t;
    return html`<form @submit=${this.#save}>
      <input
        name="name"
        required
        maxlength=${MAX_NAME_LENGTH}
        autocomplete="off"
        aria-label=${form.presetName}
        placeholder=${form.presetName}
      />
      <button class="primary">${form.keep}</button>
      <button type="button" class="quiet" @click=${() => (this.naming = false)}>${form.cancel}</button>
    </form>`;
  }

  readonly #startNaming = async (): Promise<void> => {
    this.naming = true;
    await this.updateComplete;
    this.renderRoot.querySelector("input")?.focus();
  };

  readonly #save = (event: SubmitEvent): void => {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get("name") ?? "").trim();
    if (!name) return;
    const saved = this.#store.save(this.model.preset(name));
    this.toast(saved ? this.t.form.presetSaved(name) : this.t.form.presetNotSaved, saved ? "success" : "danger");
    this.naming = false;
  };

  #apply(preset: Preset): void {
    this.model.fill(preset.configuration, preset.options);
    this.tell("form-changed", null);
    this.toast(this.t.form.presetApplied(preset.name));
  }

  #delete(name: string): void {
    this.#store.delete(name);
    this.requestUpdate();
    this.toast(this.t.form.presetDeleted(name));
    this.renderRoot.querySelector<HTMLElement>("[data-action=name-preset]")?.focus();
  }
}

customElements.define("preset-bar", PresetBar);
