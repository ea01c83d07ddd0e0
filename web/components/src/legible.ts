/** Texts from projects and builds are hostile: they are shown as text, and what cannot be seen in them is made visible. */

const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const COLOURS = /\u001b\[[0-9;]*m/g; // that build tools print for terminals

/** The text without terminal colours, with control and direction characters as their code points: `‹U+202E›`. */
export function legible(text: string): string {
  return text.replace(COLOURS, "").replace(/\r\n?/g, "\n").replace(INVISIBLE, name);
}

function name(character: string): string {
  return `‹U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}›`;
}

/** An address that a browser may be sent to: `http:` or `https:`, else null. */
export function safeUrl(address: string | null | undefined): string | null {
  if (!address) return null;
  try {
    const url = new URL(address, document.baseURI);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
