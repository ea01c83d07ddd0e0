/** `<size-map>`: a treemap of an artifact. */
import { type SVGTemplateResult, type TemplateResult, html, nothing, svg } from "lit";

import { ExportsElement } from "../exports-element.ts";
import type { AssetType } from "./asset-types.ts";
import type { TypeSizes } from "./comparison.ts";
import { type FileTile, type TypeTile, layOut } from "./layout.ts";
import { sizeMapStyles } from "./size-map-styles.ts";

const TEXT_WIDTH = 6.6; // CSS pixels of a letter, about
const LEAST_LABEL = 34; // narrower tiles have no label

/** Event `type-chosen` with the type that was pressed, or null for all types. */
export class SizeMap extends ExportsElement {
  static override properties = {
    types: { attribute: false },
    open: { attribute: false },
    width: { state: true },
    pointed: { state: true },
  };
  declare types: readonly TypeSizes[];
  /** The type whose files fill the field; null shows all types. */
  declare open: AssetType | null;
  declare private width: number;
  /** What the pointer or the focus is on, in words. */
  declare private pointed: string | null;

  static override styles = [ExportsElement.styles, sizeMapStyles];

  readonly #observer = new ResizeObserver(([entry]) => {
    if (entry) this.width = Math.floor(entry.contentRect.width);
  });

  constructor() {
    super();
    this.types = [];
    this.open = null;
    this.width = 0;
    this.pointed = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.width === 0) return nothing;
    const height = Math.round(Math.min(440, Math.max(240, this.width * 0.46)));
    const shown = this.open ? this.types.filter(({ type }) => type === this.open) : this.types;
    const tiles = layOut(shown, this.width, height);
    return html`<svg
        class="map"
        viewBox="0 0 ${this.width} ${height}"
        width=${this.width}
        height=${height}
        role="group"
        aria-label=${this.#label(shown)}
        @keydown=${this.#key}
        @pointerleave=${() => (this.pointed = null)}
      >
        ${tiles.map((tile) => this.#type(tile))}
      </svg>
      <p class="pointed small" aria-hidden="true">${this.pointed ?? " "}</p>`;
  }

  #type(tile: TypeTile): SVGTemplateResult {
    const { type, bytes, members } = tile.sizes;
    const name = this.t.sizes.types[type];
    const words = this.t.sizes.tile(
      name,
      this.format.bytes(bytes),
      this.share(bytes, this.#bytes(this.types)),
      members.length,
    );
    const point = (): void => void (this.pointed = words);
    const choose = (): void => this.tell("type-chosen", this.open === type ? null : type);
    return svg`<g class="type ${type}" @click=${choose} @pointerenter=${point}>
      <rect class="ground" x=${tile.x} y=${tile.y} width=${tile.width} height=${tile.height} rx="5"
        tabindex="0" role="button" aria-label=${words} aria-expanded=${this.open === type} data-type=${type} @focus=${point} />
      ${tile.files.map((file) => this.#file(file, type, words))}
      ${this.#text(tile.x + 8, tile.y + 15, tile.width - 12, `${name}  ${this.format.bytes(bytes)}`, "label")}
    </g>`;
  }

  #file(file: FileTile, type: AssetType, around: string): SVGTemplateResult | typeof nothing {
    if (file.width < 1 || file.height < 1) return nothing;
    const name = file.path ?? this.t.sizes.smaller(file.count);
    const words = `${name}: ${this.format.bytes(file.bytes)}`;
    const fits = this.open === type || (file.height > 22 && file.width > 60);
    return svg`<g @pointerenter=${() => (this.pointed = words)} @pointerleave=${() => (this.pointed = around)}>
      <rect class="file" x=${file.x} y=${file.y} width=${file.width} height=${file.height} rx="2" />
      ${fits && file.height > 18 ? this.#text(file.x + 6, file.y + 15, file.width - 10, fileName(name), "name") : nothing}
      ${file.height > 38 && file.width > 70 ? this.#text(file.x + 6, file.y + 31, file.width - 10, this.format.bytes(file.bytes), "size") : nothing}
    </g>`;
  }

  /** A text that is cut where its tile ends. */
  #text(x: number, y: number, width: number, text: string, kind: string): SVGTemplateResult | typeof nothing {
    if (width < LEAST_LABEL) return nothing;
    const most = Math.floor(width / TEXT_WIDTH);
    const letters = [...text];
    const cut = letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
    return svg`<text class=${kind} x=${x} y=${y}>${cut}</text>`;
  }

  #label(shown: readonly TypeSizes[]): string {
    const files = shown.reduce((sum, { members }) => sum + members.length, 0);
    return this.t.sizes.map(files, this.format.bytes(this.#bytes(shown)));
  }

  #bytes(types: readonly TypeSizes[]): number {
    return types.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && this.open) {
      event.stopPropagation();
      this.tell("type-chosen", null);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      (event.target as SVGElement).dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
  };
}

/** The last part of a path. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

customElements.define("size-map", SizeMap);
