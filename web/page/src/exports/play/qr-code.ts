/** A link as a QR code (ISO/IEC 18004), drawn as one SVG path so that no markup is ever parsed. */
import { type SVGTemplateResult, html, svg, type TemplateResult } from "lit";
import { encode } from "uqr";

const QUIET_ZONE = 4; // modules; the standard's least

/** The code of a text; `label` is what a screen reader says. */
export function qrCode(text: string, label: string): TemplateResult {
  const { size, data } = encode(text, { ecc: "M", border: QUIET_ZONE });
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges">
    ${ground(size)}
    <path class="qr-modules" d=${modulesPath(data)} />
  </svg>`;
}

function ground(size: number): SVGTemplateResult {
  return svg`<rect class="qr-ground" width=${size} height=${size} />`;
}

/** Runs of dark modules, row by row. */
function modulesPath(rows: readonly (readonly boolean[])[]): string {
  const runs: string[] = [];
  for (const [y, row] of rows.entries()) {
    let start = -1;
    for (let x = 0; x <= row.length; x++) {
      if (row[x] && start < 0) start = x;
      else if (!row[x] && start >= 0) {
        runs.push(`M${start} ${y}h${x - start}v1h${start - x}z`);
        start = -1;
      }
    }
  }
  return runs.join("");
}
