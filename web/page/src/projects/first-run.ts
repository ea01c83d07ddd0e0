import { legible } from "@aethel/export-components";
import { css, html, nothing, type TemplateResult } from "lit";
import { icon } from "../icons.ts";
import type { PageContext } from "../page-context.ts";
import { PageView } from "../page-element.ts";
import { projectHash } from "../router.ts";
import { pageStyles } from "../styles/page-styles.ts";
import { told } from "../told.ts";
import { pushSample } from "./sample.ts";

/** What somebody sees who has no project yet: the sample at one press, or a project of their own (event `create`). */
export class FirstRun extends PageView {
  static override properties = { context: { attribute: false }, isBusy: { state: true }, fault: { state: true } };
  declare context: PageContext;
  declare private isBusy: boolean;
  declare private fault: string | null;

  static override styles = [
    pageStyles,
    css`
      .welcome {
        max-width: 56rem;
        margin: clamp(1rem, 6vh, 5rem) auto 0;
        gap: 2rem;
      }
      .lead {
        max-width: 38rem;
        font-size: 1.125rem;
        color: var(--_muted);
        text-wrap: pretty;
      }
      h1 {
        font-size: clamp(1.75rem, 1.2rem + 2.6vw, 2.75rem);
        letter-spacing: -0.025em;
      }
      .ways {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
        gap: 1rem;
      }
      .way {
        display: grid;
        grid-template-rows: auto 1fr auto;
        gap: 1rem;
        padding: clamp(1.25rem, 3vw, 2rem);
      }
      .picture {
        width: 3rem;
        height: 3rem;
        padding: 0.7rem;
        border-radius: 0.9rem;
        background: color-mix(in oklab, var(--_accent) 14%, var(--_surface));
        color: var(--_accent);
      }
      .picture .icon-drawing {
        display: block;
        width: 100%;
        height: 100%;
      }
      .way button {
        justify-self: start;
        min-height: 2.5rem;
        padding-inline: 1.1rem;
      }
    `,
  ];

  constructor() {
    super();
    this.isBusy = false;
    this.fault = null;
  }

  override render(): TemplateResult {
    const m = this.m.firstRun;
    return html`<div class="welcome stack">
      <div class="stack tight">
        <h1 tabindex="-1">${m.title}</h1>
        <p class="lead">${m.lead}</p>
      </div>
      <div class="ways">${this.context.facts.sample ? this.#sample() : nothing} ${this.#own()}</div>
    </div>`;
  }

  #sample(): TemplateResult {
    const m = this.m.firstRun;
    return html`<section class="card way">
      <div class="picture">${icon("spark")}</div>
      <div class="stack tight">
        <h2>${m.sampleTitle(legible(this.context.facts.sample!.name))}</h2>
        <p class="muted">${m.sampleText}</p>
        ${this.fault ? html`<p class="notice danger" role="alert">${this.fault}</p>` : nothing}
      </div>
      <button class="primary" aria-disabled=${this.isBusy ? "true" : "false"} @click=${this.#push}>
        ${this.isBusy ? html`<span class="spinner"></span> ${m.sampleBusy}` : m.sample}
      </button>
    </section>`;
  }

  #own(): TemplateResult {
    const m = this.m.firstRun;
    return html`<section class="card way">
      <div class="picture">${icon("folder")}</div>
      <div class="stack tight">
        <h2>${m.ownTitle}</h2>
        <p class="muted">${m.ownText}</p>
      </div>
      <button @click=${() => this.dispatchEvent(new Event("create"))}>${icon("plus")} ${this.m.projects.create}</button>
    </section>`;
  }

  async #push(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.fault = null;
    try {
      const { id, name } = await pushSample(this.context);
      this.toast(this.m.firstRun.sampleDone(legible(name)), "success");
      location.hash = projectHash(id);
    } catch (error) {
      this.fault = told(error, this.m).detail;
    } finally {
      this.isBusy = false;
    }
  }
}

customElements.define("first-run", FirstRun);
