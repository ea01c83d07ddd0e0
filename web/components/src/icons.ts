/** The few icons that the elements need, drawn on 16 by 16 in the colour of the text. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

function icon(drawing: SVGTemplateResult): TemplateResult {
  return html`<svg
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${drawing}
  </svg>`;
}

export const icons = {
  export: icon(svg`<path d="M8 10V2.5M5 5l3-3 3 3M2.5 9.5v3a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-3" />`),
  download: icon(svg`<path d="M8 2.5V10M5 7.5l3 3 3-3M2.5 13.5h11" />`),
  copy: icon(svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M10.5 2.5h-7a1 1 0 0 0-1 1v7" />`),
  check: icon(svg`<path d="m3 8.5 3.2 3.2L13 5" />`),
  cross: icon(svg`<path d="m4 4 8 8M12 4l-8 8" />`),
  retry: icon(svg`<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3" />`),
  down: icon(svg`<path d="M8 3v10M4 9l4 4 4-4" />`),
  stop: icon(svg`<circle cx="8" cy="8" r="5.5" /><path d="m4.2 11.8 7.6-7.6" />`),
  clock: icon(svg`<circle cx="8" cy="8" r="5.5" /><path d="M8 5v3l2 1.5" />`),
  box: icon(svg`<path d="M2.5 5 8 2l5.5 3v6L8 14l-5.5-3zM2.5 5 8 8l5.5-3M8 8v6" />`),
  lines: icon(svg`<path d="M3 4h10M3 8h7M3 12h9" />`),
  warning: icon(svg`<path d="M8 2.5 14 13H2zM8 6.5v3M8 11.4v.1" />`),
};
