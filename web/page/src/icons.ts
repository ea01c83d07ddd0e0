import { svg, type SVGTemplateResult, html, type TemplateResult } from "lit";

/** Icons on a field of 20 by 20, drawn as lines in the colour of the text. */
const DRAWINGS = {
  alert: svg`<path d="M10 3 2.5 16.5h15zM10 8v4m0 2.2v.3"/>`,
  back: svg`<path d="M12 4.5 6.5 10l5.5 5.5"/>`,
  choose: svg`<path d="m6.5 8 3.5-3.5L13.5 8m-7 4 3.5 3.5L13.5 12"/>`,
  check: svg`<path d="m4 10.5 4 4 8-9"/>`,
  close: svg`<path d="m5 5 10 10M15 5 5 15"/>`,
  clock: svg`<circle cx="10" cy="10" r="7"/><path d="M10 6v4l2.5 2"/>`,
  cube: svg`<path d="m10 2.5 6.5 3.6v7.8L10 17.5l-6.5-3.6V6.1zM3.5 6.1 10 9.8m0 0 6.5-3.7M10 9.8v7.7"/>`,
  file: svg`<path d="M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15"/>`,
  folder: svg`<path d="M2.5 5.5v10h15v-8H10L8 5.5z"/>`,
  globe: svg`<circle cx="10" cy="10" r="7.2"/><path d="M2.8 10h14.4M10 2.8c5 4.6 5 9.8 0 14.4-5-4.6-5-9.8 0-14.4z"/>`,
  leave: svg`<path d="M8 3.5H3.5v13H8M13 6.5l3.5 3.5-3.5 3.5M16.5 10H8"/>`,
  moon: svg`<path d="M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z"/>`,
  people: svg`<circle cx="7.5" cy="7" r="3"/><path d="M2 16.5c.4-3 2.4-4.7 5.5-4.7s5.1 1.7 5.5 4.7M13 4.3a3 3 0 0 1 0 5.4M15 12.3c1.7.7 2.7 2.1 3 4.2"/>`,
  person: svg`<circle cx="10" cy="7" r="3.3"/><path d="M3.5 17c.6-3.3 3-5 6.5-5s5.9 1.7 6.5 5"/>`,
  plus: svg`<path d="M10 4v12M4 10h12"/>`,
  search: svg`<circle cx="9" cy="9" r="5.5"/><path d="m13 13 4 4"/>`,
  spark: svg`<path d="M10 2.5c.8 4.7 2.8 6.7 7.5 7.5-4.7.8-6.7 2.8-7.5 7.5-.8-4.7-2.8-6.7-7.5-7.5 4.7-.8 6.7-2.8 7.5-7.5z"/>`,
  sun: svg`<circle cx="10" cy="10" r="3.3"/><path d="M10 2v2m0 12v2M2 10h2m12 0h2M4.3 4.3l1.5 1.5m8.4 8.4 1.5 1.5m0-11.4-1.5 1.5m-8.4 8.4-1.5 1.5"/>`,
  system: svg`<path d="M3 4h14v9.5H3zM7 17h6M10 13.5V17"/>`,
  trash: svg`<path d="M3.5 5.5h13M8 5.5V3h4v2.5M5 5.5l.8 11.5h8.4L15 5.5M8.5 8.5v5.5m3-5.5v5.5"/>`,
  upload: svg`<path d="M10 13V3.5M6 7l4-4 4 4M3.5 12.5v4h13v-4"/>`,
  zip: svg`<path d="M4.5 2.5h11v15h-11zM10 2.5v2m0 1.5v2m0 1.5v1.5M8.7 11h2.6v3.5H8.7z"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof DRAWINGS;

/** One icon, hidden from screen readers: the text beside it says what it means. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon-drawing" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    ${DRAWINGS[name]}
  </svg>`;
}

/** The mark of the product: an arrow that leaves a cube. */
export function mark(): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect class="mark-ground" width="32" height="32" rx="8" />
    <path class="mark-cube" d="M7 12.5 16 7.5l9 5v9l-9 5-9-5zM7 12.5l9 5 9-5M16 17.5v9" />
  </svg>`;
}
