import { legible } from "@aethel/export-components";
import { html, type TemplateResult } from "lit";
import type { Messages } from "../messages/index.ts";

/** Asks for the encoding of the names in a ZIP that does not say it; the service's own words say which name it cannot read. */
export function encodingForm(
  m: Messages,
  detail: string,
  on: { submit: (encoding: string) => void; dismiss: () => void },
): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    on.submit(new FormData(event.target as HTMLFormElement).get("encoding") as string);
  };
  return html`<form class="notice warning" @submit=${submit}>
    <strong>${m.upload.encodingAsk}</strong>
    <p>${m.upload.encodingHelp}</p>
    <p class="small muted">${legible(detail)}</p>
    <div class="field">
      <label for="encoding">${m.upload.encodingLabel}</label>
      <select id="encoding" name="encoding">
        ${Object.entries(m.encodings).map(([value, label]) => html`<option value=${value}>${label}</option>`)}
      </select>
    </div>
    <div class="row">
      <button class="primary">${m.upload.encodingSubmit}</button>
      <button type="button" @click=${on.dismiss}>${m.projects.cancel}</button>
    </div>
  </form>`;
}
