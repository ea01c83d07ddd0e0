/** The best score, kept where the browser allows it (a sandboxed frame does not). */

const KEY = "firefly.best";

export function readBest() {
  try {
    return Number(localStorage.getItem(KEY)) || 0;
  } catch {
    return 0;
  }
}

export function writeBest(score) {
  try {
    localStorage.setItem(KEY, String(score));
  } catch {
    // it is forgotten with the page
  }
}
