/** `<play-link>`: the link that plays an export, or (`exportId` null) the project's newest build: make, copy, show as QR code, revoke. */
import type { AethelExportClient, PlayLink, PlayLinkOptions } from "@aethel/export-client";
import { safeUrl } from "@aethel/export-components";
import { type PropertyValues, type TemplateResult, html, nothing } from "lit";

import { icon } from "../../icons.ts";
import "../copy-button.ts";
import { errorText } from "../error-text.ts";
import { exportIcon } from "../export-icons.ts";
import { ExportsElement } from "../exports-element.ts";
import { playLinkStyles } from "./play-link-styles.ts";
import { qrCode } from "./qr-code.ts";

const HOUR_MS = 3_600_000;
const LIVES_HOURS = [1, 24, 24 * 7];

/** Event `play-link-changed` after one was made or revoked. */
export class PlayLinkElement extends ExportsElement {
  static override properties = {
    client: { attribute: false },
    projectId: { attribute: false },
    exportId: { attribute: false },
    isolated: { attribute: false },
    link: { state: true },
    failure: { state: true },
    isBusy: { state: true },
    isSure: { state: true },
    showsCode: { state: true },
  };
  declare client: AethelExportClient;
  declare projectId: string;
  declare exportId: string | null;
  /** Whether cross-origin isolation is suggested: the build was made for threads. */
  declare isolated: boolean;
  /** Undefined while it is not known, null where there is none. */
  declare private link: PlayLink | null | undefined;
  declare private failure: Error | null;
  declare private isBusy: boolean;
  declare private isSure: boolean;
  declare private showsCode: boolean;

  static override styles = [ExportsElement.styles, playLinkStyles];

  #shown = "";

  constructor() {
    super();
    this.exportId = null;
    this.isolated = false;
    this.link = undefined;
    this.failure = null;
    this.isBusy = this.isSure = this.showsCode = false;
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const place = `${this.projectId}/${this.exportId ?? ""}`;
    if (place === this.#shown) return;
    this.#shown = place;
    this.link = undefined;
    void this.reload();
  }

  override render(): TemplateResult {
    const { play } = this.t;
    return html`<section aria-labelledby="title">
      <h3 id="title">${this.exportId ? play.thisExport : play.newest}</h3>
      <p class="muted small">${this.exportId ? play.thisExportHelp : play.newestHelp}</p>
      ${this.failure ? this.#failed(this.failure) : nothing}
      ${this.link === undefined ? nothing : this.link ? this.#made(this.link) : this.#form()}
    </section>`;
  }

  #made(link: PlayLink): TemplateResult {
    const { play } = this.t;
    const url = safeUrl(link.url) ?? "";
    return html`<input class="url" readonly .value=${url} aria-label=${play.links} @focus=${selectAll} />
      <div class="row">
        <copy-button .value=${url} .label=${play.copy}></copy-button>
        <a class="button" href=${url} target="_blank" rel="noopener noreferrer"
          >${exportIcon("newTab")} ${play.newTab}</a
        >
        <button aria-expanded=${this.showsCode} @click=${() => (this.showsCode = !this.showsCode)}>
          ${exportIcon("qr")} ${play.qr}
        </button>
        ${this.isSure ? nothing : html`<button class="quiet" @click=${() => (this.isSure = true)}>${icon("trash")} ${play.revoke}</button>`}
      </div>
      ${this.isSure ? this.#askRevoke() : nothing} ${this.showsCode ? qrCode(url, play.qrLabel(url)) : nothing}
      <p class="row small">
        <span class="chip">
          ${link.expiresAt ? play.validUntil(this.format.dateTime(new Date(link.expiresAt))) : play.validUntilRevoked}
        </span>
        ${link.passwordProtected ? html`<span class="chip">${play.protected}</span>` : nothing}
        ${link.crossOriginIsolated ? html`<span class="chip">${play.isolation}</span>` : nothing}
      </p>`;
  }

  #askRevoke(): TemplateResult {
    const { play } = this.t;
    return html`<div class="notice danger" role="group" aria-label=${play.revoke}>
      <p>${play.revokeSure}</p>
      <div class="row">
        <button class="danger-button" @click=${() => void this.#revoke()}>${play.revokeYes}</button>
        <button @click=${() => (this.isSure = false)}>${play.keepLink}</button>
      </div>
    </div>`;
  }

  #form(): TemplateResult {
    const { play } = this.t;
    return html`<form @submit=${this.#make}>
      <details>
        <summary>${play.linkOptions}</summary>
        <div class="options">
          <div class="field">
            <label for="password">${play.password}</label>
            <input
              id="password"
              name="password"
              type="password"
              autocomplete="new-password"
              maxlength="128"
              aria-describedby="password-help"
            />
            <small id="password-help">${play.passwordHelp}</small>
          </div>
          <div class="field">
            <label for="lives">${play.until}</label>
            <select id="lives" name="lives">
              <option value="">${this.exportId ? play.untilArtifact : play.untilRevoked}</option>
              ${LIVES_HOURS.map((hours) => html`<option value=${hours}>${hours < 24 ? play.hours(hours) : play.days(hours / 24)}</option>`)}
            </select>
          </div>
          <label class="flag">
            <input type="checkbox" name="isolated" .checked=${this.isolated} />
            <span>${play.isolation}<small class="muted">${play.isolationHelp}</small></span>
          </label>
        </div>
      </details>
      <button aria-disabled=${this.isBusy}>${icon("plus")} ${this.isBusy ? play.making : play.make}</button>
    </form>`;
  }

  #failed(error: Error): TemplateResult {
    return html`<div class="notice danger" role="alert">
      <strong>${this.t.play.failed}</strong>
      <p>${errorText(error)}</p>
    </div>`;
  }

  readonly #make = (event: SubmitEvent): void => {
    event.preventDefault();
    const entries = new FormData(event.target as HTMLFormElement);
    const password = String(entries.get("password") ?? "");
    const hours = Number(entries.get("lives"));
    const options: PlayLinkOptions = {
      ...(password ? { password } : {}),
      ...(hours ? { expiresAt: new Date(Date.now() + hours * HOUR_MS) } : {}),
      ...(entries.has("isolated") ? { crossOriginIsolated: true } : {}),
    };
    void this.#change(
      this.t.play.made,
      async () => await this.client.createPlayLink(this.projectId, this.exportId, options),
    );
  };

  async #revoke(): Promise<void> {
    await this.#change(this.t.play.revoked, async () => {
      await this.client.revokePlayLink(this.projectId, this.exportId);
      return null;
    });
  }

  async #change(done: string, change: () => Promise<PlayLink | null>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.failure = null;
    try {
      this.link = await change();
      this.isSure = this.showsCode = false;
      this.toast(done, "success");
      this.tell("play-link-changed", null);
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.isBusy = false;
    }
  }

  async reload(): Promise<void> {
    try {
      this.link = await this.client.getPlayLink(this.projectId, this.exportId);
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}

function selectAll(event: Event): void {
  (event.target as HTMLInputElement).select();
}

customElements.define("play-link", PlayLinkElement);
