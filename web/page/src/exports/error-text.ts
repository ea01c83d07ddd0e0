import { legible, problemOf, problemText } from "@aethel/export-components";
import { html, type TemplateResult } from "lit";

import { preferences } from "../preferences.ts";

/** What went wrong: in the reader's language as far as the code is known, then in the words of the service. */
export function errorText(error: unknown): TemplateResult {
  const { title, detail, code } = problemOf(error);
  return html`${problemText(code, preferences.language)} <span lang="en">${legible(detail || title)}</span>`;
}
