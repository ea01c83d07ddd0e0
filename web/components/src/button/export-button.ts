import type { CreatedExport, ExportRequest } from "@aethel/export-client";
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { AethelElement } from "../element.js";
import { Clock } from "../clock.js";
import { icons } from "../icons.js";
import { type Problem, problemOf } from "../problem.js";
import { problemNotice, secondsToWait } from "../problem-notice.js";
import { platformName } from "../status-badge.js";
import { base, controls, notices } from "../theme.js";
import { styles } from "./styles.js";

const SAID_MS = 10_000;

/** What `export-created` tells. */
export interface ExportCreatedDetail {
  projectId: string;
  exportId: string;
  created: CreatedExport;
}

/**
 * `<aethel-export-button>` asks for an export of a project.
 *
 * While a request has no answer, or one that allows to try again, the next press repeats it with the same `Idempotency-Key`: it never
 * makes two exports of one wish.
 *
 * @slot - The button's label, instead of "Export for …".
 * @fires export-created - An export was accepted: {@link ExportCreatedDetail}.
 * @fires export-error - It was refused: `{ error }`.
 * @csspart button - The button.
 */
export class AethelExportButton extends AethelElement {
  static override styles = [...base, controls, notices, styles];
  static override properties: PropertyDeclarations = {
    platform: {},
    configuration: {},
    options: { attribute: false },
    disabledReason: { attribute: "disabled-reason" },
    _working: { state: true },
    _created: { state: true },
    _problem: { state: true },
  };

  /** What to export for: `web`, `windows`, … */
  declare platform: string;
  /** `debug`, `release` or `distribution`. */
  declare configuration: string;
  /** The export's options, as `GET /api/platforms` describes them. */
  declare options: ExportRequest["options"] | null;
  /** Why nothing can be exported now, for people; the button is disabled while it is set. */
  declare disabledReason: string | null;

  declare private _working: boolean;
  declare private _created: CreatedExport | null;
  declare private _problem: Problem | null;

  #createdAt = 0;
  #wish: { body: string; key: string } | null = null;

  constructor() {
    super();
    this.platform = "web";
    this.configuration = "release";
    this.options = null;
    this.disabledReason = null;
    this._working = false;
    this._created = null;
    this._problem = null;
    new Clock(this, () => (secondsToWait(this._problem) > 0 || this.#isNew ? 1_000 : null));
  }

  /** Ask for the export, as a press does. Does nothing while one is being asked for, or while it is disabled. */
  async start(): Promise<void> {
    const { client, projectId } = this;
    if (this._working || this.#whyDisabled() !== null || !client || !projectId) return;
    const request = this.#request();
    this._working = true;
    this._problem = null;
    this._created = null;
    try {
      const created = await client.createExport(projectId, request, {
        idempotencyKey: this.#keyOf(projectId, request),
      });
      this.#wish = null;
      this._created = created;
      this.#createdAt = Date.now();
      this.tell<ExportCreatedDetail>("export-created", { projectId, exportId: created.export.id, created });
    } catch (error) {
      this._problem = problemOf(error);
      if (!this._problem.unanswered) this.#wish = null;
      this.tell("export-error", { error });
    } finally {
      this._working = false;
    }
  }

  /** What was said of a new export is soon old. */
  get #isNew(): boolean {
    return this._created !== null && Date.now() - this.#createdAt < SAID_MS;
  }

  #request(): ExportRequest {
    const request = { platform: this.platform, configuration: this.configuration, options: this.options ?? {} };
    return request as ExportRequest; // the service checks what a page has set
  }

  #keyOf(projectId: string, request: ExportRequest): string {
    const body = JSON.stringify([projectId, request]);
    if (this.#wish?.body !== body) this.#wish = { body, key: randomKey() };
    return this.#wish.key;
  }

  #whyDisabled(): string | null {
    if (this.disabledReason) return this.disabledReason;
    return this.client && this.projectId ? null : this.text.button.notConnected;
  }

  /** The second click of a double click is no further wish, however quickly the first one was answered. */
  #press(click: MouseEvent): void {
    if (click.detail < 2) void this.start();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("projectId") || changed.has("platform")) this._created = this._problem = null;
  }

  protected override render(): TemplateResult {
    const reason = this.#whyDisabled();
    const platform = platformName(this.platform, this.text);
    return html`
      <button
        part="button"
        class="primary"
        type="button"
        aria-disabled=${reason !== null || this._working ? "true" : "false"}
        aria-describedby="note"
        @click=${(click: MouseEvent) => this.#press(click)}
      >
        ${this._working ? html`<span class="spinner"></span>` : icons.export}
        <slot>${this.text.button.export(platform)}</slot>
      </button>
      <p id="note" role="status">${this.#note(reason)}</p>
      <div role="alert">${this._problem ? problemNotice(this._problem, this.text, this.format) : nothing}</div>
    `;
  }

  #note(reason: string | null): string {
    const { button } = this.text;
    if (this._working) return button.working;
    const position = this._created?.export.position;
    if (this.#isNew) return position ? button.startedAt(this.format.number(position)) : button.started;
    return reason ?? "";
  }
}

/** A key that nobody else has; pages without a secure context have no `randomUUID`. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
