import type { Project } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { html, nothing, type TemplateResult } from "lit";
import type { PageContext } from "../page-context.ts";
import { PageElement } from "../page-element.ts";
import { told } from "../told.ts";

/** Asks for the identifier to be typed before a project is deleted; event `deleted`. */
export class DeleteProjectDialog extends PageElement {
  static override properties = {
    context: { attribute: false },
    project: { attribute: false },
    typed: { state: true },
    fault: { state: true },
    isBusy: { state: true },
  };
  declare context: PageContext;
  declare project: Project;
  declare private typed: string;
  declare private fault: string | null;
  declare private isBusy: boolean;

  constructor() {
    super();
    this.typed = "";
    this.fault = null;
    this.isBusy = false;
  }

  open(): void {
    this.typed = "";
    this.fault = null;
    this.renderRoot.querySelector("form")?.reset();
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  override render(): TemplateResult {
    const m = this.m.remove;
    const isConfirmed = this.typed === this.project.id && !this.isBusy;
    return html`<dialog aria-labelledby="title">
      <form class="stack" novalidate @submit=${this.#submit}>
        <h2 id="title">${m.title(legible(this.project.name))}</h2>
        <p>${m.text}</p>
        <div class="field">
          <label for="confirm">${m.confirm(this.project.id)}</label>
          <input
            id="confirm"
            autocomplete="off"
            spellcheck="false"
            autocapitalize="off"
            @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value.trim())}
          />
        </div>
        ${this.fault ? html`<p class="notice danger" role="alert">${this.fault}</p>` : nothing}
        <div class="row actions">
          <button type="button" @click=${this.#close}>${this.m.projects.cancel}</button>
          <button class=${isConfirmed ? "danger-button" : ""} aria-disabled=${isConfirmed ? "false" : "true"}>
            ${this.isBusy ? m.busy : m.submit}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isBusy || this.typed !== this.project.id) return;
    this.isBusy = true;
    try {
      await this.context.client.deleteProject(this.project.id);
      this.#close();
      this.dispatchEvent(new Event("deleted"));
    } catch (error) {
      this.fault = told(error, this.m).detail;
    } finally {
      this.isBusy = false;
    }
  }

  #close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }
}

customElements.define("delete-project-dialog", DeleteProjectDialog);
