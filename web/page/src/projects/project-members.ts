import type { Project, Role } from "@aethel/export-client";
import { legible } from "@aethel/export-components";
import { css, html, nothing, type TemplateResult } from "lit";
import { icon } from "../icons.ts";
import type { PageContext } from "../page-context.ts";
import { PageElement } from "../page-element.ts";
import { pageStyles } from "../styles/page-styles.ts";
import { told } from "../told.ts";
import { endMembership, setMember } from "./membership.ts";

const ROLES: Role[] = ["editor", "viewer"];

/** Who belongs to a project, over the page; its owner changes that. Events `changed` (the project) and `left`. */
export class ProjectMembers extends PageElement {
  static override properties = {
    context: { attribute: false },
    project: { attribute: false },
    fault: { state: true },
  };
  declare context: PageContext;
  declare project: Project;
  declare private fault: string | null;

  static override styles = [
    pageStyles,
    css`
      ul {
        display: grid;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: 0.5rem;
        align-items: center;
        min-height: 3rem;
        border-block-end: 1px solid var(--_border);
      }
      .new {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: 0.5rem;
        align-items: end;
      }
      @media (max-width: 28rem) {
        .new {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .new .field:first-child {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.fault = null;
  }

  open(): void {
    this.fault = null;
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  override render(): TemplateResult {
    const m = this.m.members;
    const isOwner = this.project.role === "owner";
    const members = Object.entries(this.project.members).filter(([user]) => user !== this.project.owner);
    return html`<dialog aria-labelledby="title">
      <div class="stack">
        <div class="stack tight">
          <h2 id="title">${m.title}</h2>
          <p class="muted">${m.lead}</p>
        </div>
        <ul>
          ${this.#member(this.project.owner, "owner", false)}
          ${members.map(([user, role]) => this.#member(user, role, isOwner))}
        </ul>
        ${members.length === 0 ? html`<p class="muted small">${m.alone}</p>` : nothing}
        ${isOwner ? this.#form() : nothing}
        <p class="error" role="alert">${this.fault ?? nothing}</p>
        <div class="row actions">
          ${
            isOwner
              ? nothing
              : html`<button @click=${() => this.#try(this.#leave)} title=${m.leaveText}>
                  ${icon("leave")} ${m.leave}
                </button>`
          }
          <button @click=${() => this.renderRoot.querySelector("dialog")?.close()}>${m.close}</button>
        </div>
      </div>
    </dialog>`;
  }

  #member(user: string, role: Role, isChangeable: boolean): TemplateResult {
    const m = this.m.members;
    const isMyself = user === this.context.session.claims?.userId;
    return html`<li>
      <span><bdi>${legible(user)}</bdi>${isMyself ? html` <span class="muted small">(${m.you})</span>` : nothing}</span>
      <span class="chip">${this.m.projects.roles[role] ?? role}</span>
      ${
        isChangeable
          ? html`<button
              class="icon quiet"
              aria-label=${m.remove(legible(user))}
              @click=${() => this.#try(() => this.#remove(user))}
            >
              ${icon("close")}
            </button>`
          : nothing
      }
    </li>`;
  }

  #form(): TemplateResult {
    const m = this.m.members;
    return html`<form class="new" novalidate @submit=${this.#submit}>
      <div class="field">
        <label for="user">${m.user}</label>
        <input id="user" name="user" maxlength="200" autocomplete="off" spellcheck="false" autocapitalize="off" />
      </div>
      <div class="field">
        <label for="role">${m.role}</label>
        <select id="role" name="role">
          ${ROLES.map((role) => html`<option value=${role}>${this.m.projects.roles[role]}</option>`)}
        </select>
      </div>
      <button class="primary">${m.add}</button>
    </form>`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const user = String(given.get("user")).trim();
    if (user === "") {
      this.fault = this.m.members.userMissing;
      form.querySelector("input")?.focus();
    } else void this.#try(() => this.#add(user, given.get("role") as Role, form));
  }

  async #add(user: string, role: Role, form: HTMLFormElement): Promise<void> {
    this.#changed(await setMember(this.context, this.project.id, user, role));
    form.reset();
    this.toast(this.m.members.added(legible(user)), "success");
  }

  async #remove(user: string): Promise<void> {
    await endMembership(this.context, this.project.id, user);
    const { [user]: _, ...members } = this.project.members;
    this.#changed({ ...this.project, members });
    this.toast(this.m.members.removed(legible(user)), "success");
  }

  readonly #leave = async (): Promise<void> => {
    await endMembership(this.context, this.project.id, "me");
    this.dispatchEvent(new Event("left"));
  };

  async #try(change: () => Promise<void>): Promise<void> {
    this.fault = null;
    try {
      await change();
    } catch (error) {
      this.fault = legible(told(error, this.m).detail);
    }
  }

  #changed(project: Project): void {
    this.dispatchEvent(new CustomEvent<Project>("changed", { detail: project }));
  }
}

customElements.define("project-members", ProjectMembers);
