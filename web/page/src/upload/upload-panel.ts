import { ExportError } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { icon, type IconName } from "../icons.ts";
import { PageElement } from "../page-element.ts";
import type { PageFacts } from "../page-facts.ts";
import { pageStyles } from "../styles/page-styles.ts";
import { told } from "../told.ts";
import { encodingForm } from "./encoding-form.ts";
import { pickedFromFiles } from "./picked.ts";
import { uploadProgress } from "./upload-progress.ts";
import { uploadReport } from "./upload-report.ts";
import { uploadStyles } from "./upload-styles.ts";
import type { Upload, UploadState } from "./upload.ts";

/** The place for a project's files: what can be dropped or chosen, how far it is, what has come of it. */
export class UploadPanel extends PageElement {
  static override properties = {
    upload: { attribute: false },
    limits: { attribute: false },
    existing: { attribute: false },
  };
  declare upload: Upload;
  declare limits: PageFacts["limits"];
  declare existing: number;

  static override styles = [
    pageStyles,
    uploadStyles,
    css`
      .zone {
        display: grid;
        justify-items: center;
        gap: 0.9rem;
        padding: clamp(1.25rem, 4vw, 2rem) 1rem;
        border: 1.5px dashed var(--_control);
        border-radius: calc(var(--_radius) * 1.25);
        background: var(--_raised);
        text-align: center;
      }
      .zone > .icon-drawing {
        width: 2rem;
        height: 2rem;
        color: var(--_accent);
      }
      .zone .row {
        justify-content: center;
        gap: 0.4rem;
      }
      .zone button {
        padding-inline: 0.5rem;
        font-size: 0.875rem;
      }
      .zone .lead {
        font-weight: 600;
        text-wrap: balance;
      }
      input[type="file"] {
        display: none;
      }
    `,
  ];

  #followed: Upload | null = null;
  #focused: Element | null = null;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("upload")) this.#follow(this.upload);
    this.#focused = this.shadowRoot?.activeElement ?? null;
  }

  /** Where the button that had the focus is gone, the focus stays in the panel. */
  override updated(): void {
    if (this.#focused && !this.#focused.isConnected) this.renderRoot.querySelector("h2")?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.upload) this.#follow(this.upload);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#follow(null);
  }

  override render(): TemplateResult {
    const m = this.m.upload;
    return html`<section class="card stack" aria-labelledby="title">
      <h2 id="title" tabindex="-1">${this.existing > 0 ? m.replaceTitle : m.title}</h2>
      ${this.#state()}
      <p class="unseen" role="status" aria-live="polite">${this.#announced()}</p>
    </section>`;
  }

  #state(): TemplateResult {
    const { state } = this.upload;
    switch (state.kind) {
      case "idle":
        return this.#zone();
      case "running":
        return uploadProgress(this.m.upload, this.format, state.progress, () => this.upload.cancel());
      case "asking":
        return this.#ask(state.existing);
      case "lost":
        return this.#lost();
      case "encoding":
        return encodingForm(this.m, state.detail, {
          submit: (encoding) => this.upload.resume(encoding),
          dismiss: () => this.upload.dismiss(),
        });
      case "failed":
        return this.#failed(state.error);
      case "canceled":
        return html`<p class="notice">${this.m.upload.canceled}</p>
          ${this.#zone()}`;
      case "done":
        return html`${uploadReport(this.m.upload, this.format, state.outcome, () => this.upload.dismiss())}
        ${this.#zone()}`;
    }
  }

  #zone(): TemplateResult {
    const { format } = this;
    const { projectBytes, files, fileBytes } = this.limits;
    const m = this.m.upload;
    return html`<div class="zone">
        ${icon("upload")}
        <p class="lead">${m.lead}</p>
        <div class="row">
          ${this.#choose("folder", m.folder, "folder")} ${this.#choose("zip", m.zip, "zip")}
          ${this.#choose("file", m.files, "files")}
        </div>
        <input id="folder" type="file" webkitdirectory tabindex="-1" aria-label=${m.folder} @change=${this.#picked} />
        <input
          id="zip"
          type="file"
          accept=".zip,application/zip"
          tabindex="-1"
          aria-label=${m.zip}
          @change=${this.#picked}
        />
        <input id="files" type="file" multiple tabindex="-1" aria-label=${m.files} @change=${this.#picked} />
      </div>
      <p class="small muted">
        ${m.onlyChanges} ${m.limits(format.bytes(projectBytes), format.number(files), format.bytes(fileBytes))}
      </p>`;
  }

  #choose(symbol: IconName, label: string, input: string): TemplateResult {
    return html`<button @click=${() => this.renderRoot.querySelector<HTMLInputElement>(`#${input}`)!.click()}>
      ${icon(symbol)} ${label}
    </button>`;
  }

  #ask(existing: number): TemplateResult {
    const m = this.m.upload;
    return html`<div class="notice warning" role="group" aria-labelledby="ask">
      <strong id="ask">${m.replaceAsk}</strong>
      <p>${m.replaceText(existing)}</p>
      <div class="row">
        <button class="primary" @click=${() => this.upload.resume()}>${m.replaceYes}</button>
        <button @click=${() => this.upload.dismiss()}>${this.m.projects.cancel}</button>
      </div>
    </div>`;
  }

  #lost(): TemplateResult {
    const m = this.m.upload;
    return html`<div class="notice warning">
      <strong>${m.lost}</strong>
      <p>${m.lostHelp}</p>
      <div class="row">
        <button class="primary" @click=${() => this.upload.resume()}>${m.resume}</button>
        <button @click=${() => this.upload.cancel()}>${m.cancel}</button>
      </div>
    </div>`;
  }

  #failed(error: unknown): TemplateResult {
    const m = this.m.upload;
    const { title, detail, original, traceId } = told(error, this.m);
    return html`<div class="notice danger" role="alert">
        <strong>${(error instanceof ExportError && m.faults[error.code]) || m.failed}</strong>
        <p>${legible(detail || title)}</p>
        ${original ? html`<p class="small" lang="en">${legible(original)}</p>` : nothing}
        ${traceId ? html`<p class="small muted">${this.m.service.reference(legible(traceId))}</p>` : nothing}
        <div class="row">
          <button @click=${() => this.upload.resume()}>${m.again}</button>
          <button class="quiet" @click=${() => this.upload.dismiss()}>${m.dismiss}</button>
        </div>
      </div>
      ${this.#zone()}`;
  }

  /** Phases are announced, numbers are not: they change too often. */
  #announced(): string {
    const { state } = this.upload;
    const m = this.m.upload;
    if (state.kind === "running") return m.phases[state.progress.phase];
    const told: Partial<Record<UploadState["kind"], string>> = {
      asking: m.replaceAsk,
      lost: m.lost,
      encoding: m.encodingAsk,
      canceled: m.canceled,
      done: m.done,
    };
    return told[state.kind] ?? "";
  }

  #picked(event: Event): void {
    const input = event.target as HTMLInputElement;
    const picked = pickedFromFiles(Array.from(input.files ?? []));
    input.value = ""; // the same choice again is a change, too
    if (picked) this.upload.begin(picked, this.existing);
  }

  #follow(upload: Upload | null): void {
    this.#followed?.removeEventListener("change", this.#changed);
    upload?.addEventListener("change", this.#changed);
    this.#followed = upload;
  }

  readonly #changed = (): void => this.requestUpdate();
}

customElements.define("upload-panel", UploadPanel);
