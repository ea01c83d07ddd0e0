import { svg, html, type TemplateResult } from "lit";

const SIDE = 5; // cells
const HUES = [230, 258, 290, 330, 12, 40, 150, 185, 205];

/** A small pattern that belongs to a project's identifier, so that one finds it again at a glance. */
export function markOf({ id }: { id: string }): TemplateResult {
  const bits = hashOf(id);
  const hue = HUES[bits % HUES.length]!;
  const cells = [];
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const mirrored = Math.min(column, SIDE - 1 - column);
      if ((bits >>> (row * 3 + mirrored + 4)) & 1)
        cells.push(svg`<rect x=${column} y=${row} width="1.02" height="1.02"/>`);
    }
  }
  const ground = `hsl(${hue} 70% 92%)`;
  return html`<svg class="project-mark" viewBox="-1 -1 7 7" aria-hidden="true" focusable="false">
    <rect x="-1" y="-1" width="7" height="7" rx="1.4" fill=${ground} />
    <g fill="hsl(${hue} 55% 46%)">${cells}</g>
  </svg>`;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}
