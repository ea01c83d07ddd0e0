import { type SVGTemplateResult, type TemplateResult, html, svg } from "lit";

const DRAWINGS: Readonly<Record<string, SVGTemplateResult>> = {
  web: svg`<circle cx="10" cy="10" r="7.2"/><path d="M2.8 10h14.4M10 2.8c4.6 4.6 4.6 9.8 0 14.4-4.6-4.6-4.6-9.8 0-14.4z"/>`,
  windows: svg`<path d="M3 4.7 9 3.8v5.7H3zM11 3.5l6-.9v6.9h-6zM3 11h6v5.7l-6-.9zM11 11h6v6.9l-6-.9z"/>`,
  macos: svg`<rect x="3.5" y="3.5" width="13" height="9.5" rx="1.5"/><path d="M1.8 16.5h16.4M8 13v0h4"/>`,
  linux: svg`<rect x="2.5" y="3.5" width="15" height="13" rx="2"/><path d="m5.8 7.5 3 2.7-3 2.7M10.5 13h4"/>`,
  source: svg`<path d="M7 4.5C4 4.5 6.5 10 3 10c3.5 0 1 5.5 4 5.5M13 4.5c3 0 .5 5.5 4 5.5-3.5 0-1 5.5-4 5.5"/>`,
  ios: svg`<rect x="5.5" y="2.5" width="9" height="15" rx="2"/><path d="M9 15h2"/>`,
  android: svg`<path d="M4 14.5v-1a6 6 0 0 1 12 0v1zM6.3 8.7 4.8 6.3M13.7 8.7l1.5-2.4M7.8 12v.1M12.2 12v.1"/>`,
  video: svg`<rect x="2.5" y="4.5" width="15" height="11" rx="2"/><path d="m8.5 7.7 4 2.3-4 2.3z"/>`,
};

const UNKNOWN = svg`<path d="m10 2.5 6.5 3.6v7.8L10 17.5l-6.5-3.6V6.1z"/>`;

/** The drawing of a platform; its name stands beside it. */
export function platformIcon(platform: string): TemplateResult {
  return html`<svg class="icon-drawing" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    ${DRAWINGS[platform] ?? UNKNOWN}
  </svg>`;
}
