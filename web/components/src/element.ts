import type { AethelExportClient } from "@aethel/export-client";
import { LitElement, type PropertyDeclarations, type PropertyValues } from "lit";
import { type Format, formatFor } from "./format.js";
import { formatTag, nearestLanguage } from "./messages/catalogue.js";
import { type Messages, messages } from "./messages/index.js";

const CONNECTED = new Set<AethelElement>();
let observer: MutationObserver | null = null;

/** Elements that say no language of their own follow the page's when it changes. */
function observeLanguage(): void {
  observer ??= new MutationObserver(() => CONNECTED.forEach((element) => element.requestUpdate()));
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
}

/** What all elements of the package have: a client, a project, a language and a theme. */
export abstract class AethelElement extends LitElement {
  static override properties: PropertyDeclarations = {
    client: { attribute: false },
    projectId: { attribute: "project-id" },
    lang: {},
    theme: { reflect: true },
  };

  /** The client that all requests go through. */
  declare client: AethelExportClient | null;
  /** The project's id. */
  declare projectId: string | null;
  /** `en` or `pt-BR`; where it is empty, the nearest `lang` attribute counts, then the browser's language. */
  declare lang: string;
  /** `light`, `dark`, or `auto` (as the system has it); without it the page's `color-scheme` counts. */
  declare theme: "light" | "dark" | "auto" | null;

  /** The texts in the reader's language, as of the newest update. */
  protected text!: Messages;
  /** Its numbers, sizes and dates. */
  protected format!: Format;

  constructor() {
    super();
    this.client = null;
    this.projectId = null;
    this.lang = "";
    this.theme = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    CONNECTED.add(this);
    observeLanguage();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    CONNECTED.delete(this);
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const tag = this.lang || nearestLanguage(this);
    this.text = messages(tag);
    this.format = formatFor(formatTag(tag));
  }

  /** Tell the page, out of every shadow root. */
  protected tell<Detail>(type: string, detail: Detail): void {
    this.dispatchEvent(new CustomEvent<Detail>(type, { detail, bubbles: true, composed: true }));
  }
}
