import { formatFor, formatTag, languageOf, type Format } from "@aethel/export-components";
import { LitElement, type CSSResultGroup } from "lit";
import { pageMessages, type Messages } from "./messages/index.ts";
import { preferences } from "./preferences.ts";
import { pageStyles } from "./styles/page-styles.ts";
import type { ToastContent } from "./toasts.ts";

/** What every element of the page stands on: its look, its texts in the chosen language, toasts. */
export abstract class PageElement extends LitElement {
  static override styles: CSSResultGroup = pageStyles;

  /** The texts in the chosen language. */
  protected get m(): Messages {
    return pageMessages(preferences.language);
  }

  /** Numbers, sizes and dates in the chosen language, as the reader's own region writes them. */
  protected get format(): Format {
    const { language } = preferences;
    const regional = navigator.languages.find(
      (tag) => languageOf(tag) === language && tag.startsWith(language.slice(0, 2)),
    );
    return formatFor(formatTag(regional ?? language));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    preferences.addEventListener("change", this.#again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    preferences.removeEventListener("change", this.#again);
  }

  /** Shows a short message that screen readers announce. */
  protected toast(text: string, kind: ToastContent["kind"] = "info"): void {
    this.dispatchEvent(
      new CustomEvent<ToastContent>("page-toast", { detail: { text, kind }, bubbles: true, composed: true }),
    );
  }

  readonly #again = (): void => this.requestUpdate();
}

/** A whole view: it has one `h1`, tells its title, and takes the focus after a change of address. */
export abstract class PageView extends PageElement {
  #title = "";

  /** Sets the title of the document; the product's name is added. */
  protected entitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    this.dispatchEvent(new CustomEvent<string>("page-title", { detail: title, bubbles: true, composed: true }));
  }

  /** Moves the focus to the heading, so that a screen reader says where one is. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }
}
