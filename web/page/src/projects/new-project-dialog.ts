import { ExportError, type Project } from "@aethel/export-client";
import { html, nothing, type TemplateResult } from "lit";
import { serverText } from "../languages.ts";
import type { PageContext } from "../page-context.ts";
import { PageElement } from "../page-element.ts";
import { preferences } from "../preferences.ts";
import { told } from "../told.ts";
import { isProjectId, nameFault } from "./project-rules.ts";

interface Faults {
  name: string | null;
  id: string | null;
  form: string | null;
}
const NONE: Faults = { name: null, id: null, form: null };

/** The form for a new project, over the page; event `created` with the project. */
export class NewProjectDialog extends PageElement {
  static override properties = { context: { attribute: false }, faults: { state: true }, isBusy: { state: true } };
  declare context: PageContext;
  declare private faults: Faults;
  declare private isBusy: boolean;

  constructor() {
    super();
    this.faults = NONE;
    this.isBusy = false;
  }

  /** Opens the form, empty. */
  open(): void {
    this.faults = NONE;
    this.renderRoot.querySelector("form")?.reset();
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  override render(): TemplateResult {
    const m = this.m.projects;
    return html`<dialog aria-labelledby="title">
      <form class="stack" novalidate @submit=${this.#submit}>
        <div class="stack tight">
          <h2 id="title">${m.create}</h2>
          <p class="muted">${m.createLead}</p>
        </div>
        ${this.#field("name", m.name, m.nameHelp, this.faults.name)}
        ${this.#field("id", m.id, m.idHelp, this.faults.id)}
        ${this.faults.form ? html`<p class="notice danger" role="alert">${this.faults.form}</p>` : nothing}
        <div class="row actions">
          <button type="button" @click=${this.#close}>${m.cancel}</button>
          <button class="primary" aria-disabled=${this.isBusy ? "true" : "false"}>
            ${this.isBusy ? html`<span class="spinner"></span>` : nothing} ${m.submit}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #field(name: "name" | "id", label: string, help: string, fault: string | null): TemplateResult {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        name=${name}
        autocomplete="off"
        spellcheck="false"
        autocapitalize="off"
        aria-invalid=${fault ? "true" : "false"}
        aria-describedby="${name}-fault ${name}-help"
        @input=${() => (this.faults = { ...this.faults, [name]: null, form: null })}
      />
      <p id="${name}-fault" class="error small" role="alert">${fault ?? nothing}</p>
      <small id="${name}-help">${help}</small>
    </div>`;
  }

  #value(name: "name" | "id"): string {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${name}`)!.value.trim();
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isBusy) return;
    const [name, id] = [this.#value("name"), this.#value("id")];
    const m = this.m.projects;
    const fault = nameFault(name);
    this.#refuse({ name: fault && m[fault], id: isProjectId(id) ? null : m.idWrong, form: null });
    if (fault || !isProjectId(id)) return;
    this.isBusy = true;
    try {
      this.#done(await this.context.client.createProject(id ? { id, name } : { name }));
    } catch (error) {
      this.#refuse(this.#faultsOf(error));
    } finally {
      this.isBusy = false;
    }
  }

  /** The service's refusals, each beside the field that it is about. */
  #faultsOf(error: unknown): Faults {
    if (error instanceof ExportError && error.status === 409) return { ...NONE, id: this.m.projects.idTaken };
    const details = error instanceof ExportError ? error.details : [];
    const about = (path: string): string | null => {
      const message = details.find((detail) => detail.path === path)?.message;
      return message ? serverText(message, preferences.language) : null;
    };
    const [name, id] = [about("name"), about("id")];
    return { name, id, form: name || id ? null : told(error, this.m).detail };
  }

  #refuse(faults: Faults): void {
    this.faults = faults;
    const first = faults.name ? "name" : faults.id ? "id" : null;
    if (first) this.renderRoot.querySelector<HTMLElement>(`#${first}`)?.focus();
  }

  #done(project: Project): void {
    this.#close();
    this.dispatchEvent(new CustomEvent<Project>("created", { detail: project }));
  }

  #close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }
}

customElements.define("new-project-dialog", NewProjectDialog);
