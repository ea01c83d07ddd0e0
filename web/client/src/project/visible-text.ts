/** Names that people read must be what they look like (`shared/domain/visible_text.py` holds the same rule). */

const HIDDEN =
  "\\x00-\\x1f\\x7f-\\x9f\\xad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160" +
  "\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufdd0-\\ufdef" +
  "\\ufeff\\uffa0\\ufff0-\\uffff\\ud800-\\udfff\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}" +
  "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}" +
  Array.from({ length: 16 }, (_, at) => `\\u{${(at + 1).toString(16)}fffe}\\u{${(at + 1).toString(16)}ffff}`).join("");
const FLAG = "\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,6}\\u{e007f}"; // of England, Scotland and others
const MONGOLIAN = "(?<=[\\u1820-\\u18aa])[\\u180b-\\u180f]"; // a letter takes the form that a selector behind it says
// Arabic, Indic and other scripts, and emoji, are written with joiners.
const JOINABLE =
  "[\\u0600-\\u10ff\\u1200-\\u1cff\\u2190-\\u2bff\\ua800-\\uabff\\ufb50-\\ufdff\\ufe00-\\ufe0f\\ufe70-\\ufefc" +
  "\\u{10800}-\\u{16fff}\\u{1e000}-\\u{1faff}]";
const JOINER = "[\\u200c\\u200d]";
const FOUND = new RegExp(
  `(?<fine>${FLAG}|${MONGOLIAN})|[${HIDDEN}]|(?<!${JOINABLE})${JOINER}|${JOINER}(?!${JOINABLE})`,
  "gu",
);

/** What a reader could not see in a text, or null. */
export function hiddenIn(text: string): string | null {
  for (const found of text.matchAll(FOUND)) {
    if (found.groups?.fine === undefined) return `contains ${codePoint(found[0])}, which cannot be seen`;
  }
  return null;
}

/** A text with everything that cannot be seen written out, fit to be shown in a sentence. */
export function shown(text: string): string {
  return text.replace(FOUND, (found, fine: string | undefined) => fine ?? `<${codePoint(found)}>`);
}

function codePoint(letter: string): string {
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
