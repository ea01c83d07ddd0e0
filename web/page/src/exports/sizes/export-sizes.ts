/** `<export-sizes>`: what an artifact consists of, and what is different from the export before it. */
import type { AethelExportClient, ExportSummary, State } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { type PropertyValues, type TemplateResult, html, nothing } from "lit";

import { icon } from "../../icons.ts";
import { errorText } from "../error-text.ts";
import { ExportsElement } from "../exports-element.ts";
import { exportBefore, membersOf } from "./artifact-members.ts";
import type { AssetType } from "./asset-types.ts";
import { type Change, type Member, type TypeSizes, changesBetween, sizesByType, total } from "./comparison.ts";
import { exportSizesStyles } from "./export-sizes-styles.ts";
import "./size-map.ts";

const FIRST_FILES = 25;
const MOST_CHANGES = 10;

interface Previous {
  readonly summary: ExportSummary;
  /** Null where its artifact can no longer be read. */
  readonly members: readonly Member[] | null;
}

export class ExportSizes extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    state: { attribute: false },
    members: { state: true },
    previous: { state: true },
    failure: { state: true },
    open: { state: true },
    showsAll: { state: true },
  };
  declare client: AethelExportClient;
  /** A completed export. */
  declare state: State;
  declare private members: readonly Member[] | null;
  declare private previous: Previous | null;
  declare private failure: Error | null;
  declare private open: AssetType | null;
  declare private showsAll: boolean;

  static override styles = [ExportsElement.styles, exportSizesStyles];

  #shown = "";

  constructor() {
    super();
    this.members = null;
    this.previous = null;
    this.failure = null;
    this.open = null;
    this.showsAll = false;
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const artifact = `${this.state.id} ${this.state.sha256}`;
    if (artifact === this.#shown) return;
    this.#shown = artifact;
    void this.#load();
  }

  override render(): TemplateResult {
    const { sizes } = this.t;
    if (this.failure)
      return html`<div class="notice" role="status">
        <strong>${sizes.failed}</strong>
        <p>${errorText(this.failure)}</p>
      </div>`;
    if (!this.members) return html`<p role="status"><span class="spinner"></span> ${sizes.loading}</p>`;
    const types = sizesByType(this.members, this.previous?.members ?? null);
    return html`<p class="muted">${this.#summary(this.members)}</p>
      <size-map
        .types=${types}
        .open=${this.open}
        @type-chosen=${(event: CustomEvent<AssetType | null>) => this.#choose(event.detail)}
      ></size-map>
      ${this.open ? this.#files(types) : this.#types(types)} ${this.#comparison(this.members)}`;
  }

  #types(types: readonly TypeSizes[]): TemplateResult {
    const { sizes } = this.t;
    const all = total(this.members ?? []);
    return html`<div class="scroll">
      <table data-table="types">
        <thead>
          <tr>
            <th scope="col">${sizes.type}</th>
            ${[sizes.count, sizes.size, sizes.share].map(numberHead)}${this.#compared ? numberHead(sizes.difference) : nothing}
          </tr>
        </thead>
        <tbody>
          ${types.map(
            (type) =>
              html`<tr data-type=${type.type}>
                <th scope="row">
                  <button
                    class="quiet"
                    aria-label=${sizes.open(sizes.types[type.type])}
                    @click=${() => this.#choose(type.type)}
                  >
                    <span class="swatch ${type.type}"></span>${sizes.types[type.type]}
                  </button>
                </th>
                <td>${this.format.number(type.members.length)}</td>
                <td data-bytes=${type.bytes}>${this.format.bytes(type.bytes)}</td>
                <td>${this.share(type.bytes, all)}</td>
                ${this.#compared ? html`<td>${this.#delta(type.bytes - (type.bytesBefore ?? 0))}</td>` : nothing}
              </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">${sizes.total}</th>
            <td>${this.format.number(this.members?.length ?? 0)}</td>
            <td data-bytes=${all}>${this.format.bytes(all)}</td>
            <td></td>
            ${this.#compared ? html`<td>${this.#delta(all - total(this.previous?.members ?? []))}</td>` : nothing}
          </tr>
        </tfoot>
      </table>
    </div>`;
  }

  #files(types: readonly TypeSizes[]): TemplateResult {
    const { sizes } = this.t;
    const members = types.find(({ type }) => type === this.open)?.members ?? [];
    const shown = this.showsAll ? members : members.slice(0, FIRST_FILES);
    return html`<div class="row">
        <button data-action="all-types" @click=${() => this.#choose(null)}>${icon("back")} ${sizes.allTypes}</button>
        <strong>${this.open ? sizes.types[this.open] : nothing}</strong>
        <span class="muted">${sizes.files(members.length)}</span>
      </div>
      <div class="scroll">
        <table data-table="files">
          <thead>
            <tr>
              <th scope="col">${sizes.path}</th>
              ${[sizes.size, sizes.packedSize].map(numberHead)}
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              ({ path, size, packedSize }) =>
                html`<tr>
                  <th scope="row" class="path"><bdi>${legible(path)}</bdi></th>
                  <td data-bytes=${size}>${this.format.bytes(size)}</td>
                  <td>${packedSize === null ? nothing : this.format.bytes(packedSize)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${
        shown.length < members.length
          ? html`<div>
              <button @click=${() => (this.showsAll = true)}>${sizes.more(members.length - shown.length)}</button>
            </div>`
          : nothing
      }`;
  }

  #comparison(members: readonly Member[]): TemplateResult {
    const { sizes } = this.t;
    if (!this.previous) return html`<p class="muted small">${sizes.first}</p>`;
    if (!this.previous.members) return html`<p class="muted small">${sizes.beforeGone}</p>`;
    const changes = changesBetween(members, this.previous.members);
    const time = this.format.dateTime(new Date(this.previous.summary.createdAt ?? 0));
    return html`<div class="stack tight">
      <h3>${sizes.changes}</h3>
      <p class="muted small">${sizes.comparedWith(time)} ${changes.length ? nothing : sizes.same}</p>
      ${
        changes.length
          ? html`<ul class="changes">
              ${changes.slice(0, MOST_CHANGES).map((change) => this.#change(change))}
            </ul>`
          : nothing
      }
    </div>`;
  }

  #change({ kind, path, delta }: Change): TemplateResult {
    return html`<li data-kind=${kind}>
      <span class="chip ${kind}">${this.t.sizes.kinds[kind]}</span>
      <bdi class="path">${legible(path)}</bdi> ${this.#delta(delta)}
    </li>`;
  }

  #delta(bytes: number): TemplateResult {
    if (bytes === 0)
      return html`<span class="muted"
        ><span aria-hidden="true">±0</span><span class="unseen">${this.t.sizes.none}</span></span
      >`;
    const sign = bytes > 0 ? "+" : "−";
    return html`<span class=${bytes > 0 ? "more" : "less"} data-delta=${bytes}
      >${sign}${this.format.bytes(Math.abs(bytes))}</span
    >`;
  }

  #summary(members: readonly Member[]): string {
    const { sizes } = this.t;
    const text = sizes.summary(members.length, this.format.bytes(total(members)));
    return this.state.fileSize === null ? text : `${text}, ${sizes.packed(this.format.bytes(this.state.fileSize))}`;
  }

  get #compared(): boolean {
    return Boolean(this.previous?.members);
  }

  #choose(type: AssetType | null): void {
    this.open = type;
    this.showsAll = false;
  }

  async #load(): Promise<void> {
    const { client, state } = this;
    this.members = this.previous = this.failure = null;
    try {
      const [members, previous] = await Promise.all([
        membersOf(client, state.projectId, state.id),
        this.#loadPrevious(client, state),
      ]);
      if (state.id === this.state.id) Object.assign(this, { members, previous });
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  async #loadPrevious(client: AethelExportClient, state: State): Promise<Previous | null> {
    const summary = await exportBefore(client, state);
    if (!summary) return null;
    const members = await membersOf(client, state.projectId, summary.id).catch(() => null); // expired: nothing to compare with
    return { summary, members };
  }
}

function numberHead(text: string): TemplateResult {
  return html`<th scope="col" class="number">${text}</th>`;
}

customElements.define("export-sizes", ExportSizes);
