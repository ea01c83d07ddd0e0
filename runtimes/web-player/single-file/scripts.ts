/** Scripts that stand in the page itself, though the game named a file. */

export const SOURCE = "data-source";

/**
 * Text that no HTML parser takes for the script's end. That is also hidden by a comment's beginning before a script's; at the beginning of
 * a line it may be a comment of JavaScript's own, from days of old.
 */
export function contained(text: string): string {
  const closed = text.replace(/<(?=\/script)/gi, "<\\");
  return /<script/i.test(closed) ? closed.replace(/(?<=\S[^\n]*)<(?=!--)/g, "<\\") : closed;
}

/** A file's text as an inline script; stacks and developer tools name the file. */
export function scriptText(text: string, path: string): string {
  return `${contained(text)}\n//# sourceURL=${encodeURI(path)}`;
}

/** Puts a file's text into a script that named it, before that is in any page. */
export function inlineText(script: HTMLScriptElement, source: string, text: string, path: string): void {
  for (const name of ["src", "integrity", "crossorigin"]) script.removeAttribute(name);
  script.setAttribute(SOURCE, source);
  script.textContent = scriptText(text, path);
}
