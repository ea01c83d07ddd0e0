import { legible } from "@aethel/export-components";
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "./icons.ts";
import { PageElement } from "./page-element.ts";
import { told } from "./told.ts";

/** Says why something could not be loaded; event `retry` where the reader asks for another try. */
export class LoadFailure extends PageElement {
  static override properties = { error: { attribute: false }, heading: {} };
  declare error: unknown;
  declare heading: string | undefined;

  override render(): TemplateResult {
    const { title, detail, original, traceId } = told(this.error, this.m);
    return html`<div class="notice danger" role="alert">
      <strong>${icon("alert")} ${this.heading ?? this.m.service.failed}</strong>
      <p>${legible(detail || title)}</p>
      ${original ? html`<p class="small" lang="en">${legible(original)}</p>` : nothing}
      ${traceId ? html`<p class="small muted">${this.m.service.reference(legible(traceId))}</p>` : nothing}
      <p><button @click=${() => this.dispatchEvent(new Event("retry"))}>${this.m.service.retry}</button></p>
    </div>`;
  }
}

customElements.define("load-failure", LoadFailure);
