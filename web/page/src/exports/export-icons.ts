import { type SVGTemplateResult, type TemplateResult, html, svg } from "lit";

/** Icons that only the exports' part needs, drawn as those of the page. */
const DRAWINGS = {
  copy: svg`<rect x="7" y="7" width="10" height="10" rx="1.5"/><path d="M13 4.5V3H3v10h1.5"/>`,
  details: svg`<path d="M4 5.5h12M4 10h12M4 14.5h7"/>`,
  fullScreen: svg`<path d="M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5"/>`,
  newTab: svg`<path d="M11.5 3H17v5.5M17 3l-7.5 7.5M8 4.5H3.5v12h12V12"/>`,
  play: svg`<path d="M6 3.5 16 10 6 16.5z"/>`,
  qr: svg`<path d="M3 3h5v5H3zM12 3h5v5h-5zM3 12h5v5H3zM12 12h2v2h-2zM15 15h2v2h-2zM12 16.5v.5M17 12v1"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type ExportIconName = keyof typeof DRAWINGS;

/** One icon, hidden from screen readers: the text beside it says what it means. */
export function exportIcon(name: ExportIconName): TemplateResult {
  return html`<svg class="icon-drawing" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    ${DRAWINGS[name]}
  </svg>`;
}
