/** `<platform-cards>`: the platforms, several of which can be chosen. */
import { type TemplateResult, css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";

import { ExportsElement } from "../exports-element.ts";
import { platformIcon } from "../platform-icons.ts";
import type { OfferedPlatform } from "./form-model.ts";

/** Event `platform-toggled` with the platform's name. */
export class PlatformCards extends ExportsElement {
  static override properties = { platforms: { attribute: false }, chosen: { attribute: false } };
  declare platforms: readonly OfferedPlatform[];
  declare chosen: readonly string[];

  static override styles = [
    ExportsElement.styles,
    css`
      fieldset {
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 14.5rem), 1fr));
        gap: 0.75rem;
      }
      label {
        position: relative;
        display: grid;
        grid-template-rows: auto 1fr auto;
        gap: 0.5rem;
        padding: 0.9rem 1rem;
        border: 1px solid var(--_border);
        border-radius: calc(var(--_radius) * 1.25);
        background: var(--_surface);
        cursor: pointer;
        transition:
          border-color 0.15s,
          background-color 0.15s,
          box-shadow 0.15s;
      }
      label:hover {
        border-color: var(--_control);
      }
      label:has(:checked) {
        border-color: var(--_accent);
        background: color-mix(in oklab, var(--_accent) 7%, var(--_surface));
        box-shadow: inset 0 0 0 1px var(--_accent);
      }
      label:has(:focus-visible) {
        outline: 2px solid var(--_accent);
        outline-offset: 2px;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        font-weight: 650;
      }
      .head .icon-drawing {
        width: 1.5rem;
        height: 1.5rem;
        color: var(--_muted);
      }
      :checked + .head .icon-drawing,
      label:has(:checked) .head .icon-drawing {
        color: var(--_accent);
      }
      input {
        order: 1;
        margin: 0 0 0 auto;
        width: 1.1rem;
        height: 1.1rem;
        min-height: 0;
        accent-color: var(--_accent);
      }
      input:focus-visible {
        outline: none;
      }
      p {
        color: var(--_muted);
        font-size: 0.8125rem;
        line-height: 1.4;
      }
      .missing {
        padding-block-start: 0.75rem;
      }
      .warn {
        color: var(--_warning);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem;
      }
      .chip {
        font-size: 0.75rem;
      }
      .chip.signed {
        color: var(--_success);
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<fieldset>
      <legend class="unseen">${this.t.form.platforms}</legend>
      <div class="cards">
        ${this.platforms.filter(({ options }) => options).map((platform) => this.#card(platform))}
      </div>
      ${[...this.#missing()].map(([reason, names]) => html`<p class="missing">${this.#missingText(reason, names)}</p>`)}
    </fieldset>`;
  }

  /** Why platforms cannot be exported at all → those platforms. */
  #missing(): Map<string, string[]> {
    const missing = new Map<string, string[]>();
    for (const { platform, options, reason } of this.platforms) {
      if (options) continue;
      const why = reason ?? "";
      missing.set(why, [...(missing.get(why) ?? []), platform]);
    }
    return missing;
  }

  #missingText(reason: string, names: readonly string[]): TemplateResult {
    return html`<strong>${this.t.form.notOffered}: ${this.platformNames(names)}.</strong> ${this.serverText(reason)}`;
  }

  #card(offered: OfferedPlatform): TemplateResult {
    const { platform } = offered;
    return html`<label data-platform=${platform}>
      <span class="head">
        ${platformIcon(platform)} <span>${this.platformName(platform)}</span>
        <input
          type="checkbox"
          .checked=${live(this.chosen.includes(platform))}
          aria-describedby="about-${platform}"
          @change=${() => this.tell("platform-toggled", platform)}
        />
      </span>
      <span id="about-${platform}" class="stack tight">${this.#about(offered)}</span>
      ${this.#facts(offered)}
    </label>`;
  }

  #about({ summary, available, reason }: OfferedPlatform): TemplateResult {
    return html`<p>${this.serverText(summary ?? "")}</p>
      ${
        reason
          ? html`<p class="warn">
              ${available ? nothing : html`<strong>${this.t.form.waits}.</strong> `}${this.serverText(reason)}
            </p>`
          : nothing
      }`;
  }

  #facts({
    minutes,
    minutesBy,
    formats,
    architectures,
    makerSignedFormats,
    debugKeys,
    signingConfigured,
    signingKeys,
    options,
  }: OfferedPlatform): TemplateResult {
    const { form } = this.t;
    const signs = options && "signingKey" in options.schema.properties;
    const unsigned = debugKeys ? form.signedByProject : makerSignedFormats?.length ? form.signedByMaker : form.unsigned;
    return html`<span class="facts">
      <span class="chip" title=${minutesBy ?? nothing}
        >${minutesBy ? form.leastMinutes(minutes ?? 0) : form.minutes(minutes ?? 0)}</span
      >
      ${formats?.length ? html`<span class="chip"><span class="unseen">${form.formats}</span>${formats.join(" · ")}</span>` : nothing}
      ${
        architectures?.length
          ? html`<span class="chip"
              ><span class="unseen">${form.architectures}</span>${architectures.join(" · ")}</span
            >`
          : nothing
      }
      ${
        signs
          ? html`<span class="chip ${signingConfigured ? "signed" : ""}">
              ${signingConfigured ? form.signedWith(signingKeys?.join(", ") ?? "") : unsigned}
            </span>`
          : nothing
      }
    </span>`;
  }
}

customElements.define("platform-cards", PlatformCards);
