import type { Translation } from "@aethel/export-components";

import { textsIn } from "../../languages.ts";
import type { Language } from "../../preferences.ts";
import { en } from "./en.ts";

/** The texts of the exports' part of the page in one language. */
export type ExportsMessages = Translation<typeof en>;

/** Those texts in a language. */
export function exportsMessages(language: Language): ExportsMessages {
  return textsIn(language)?.exports ?? en;
}
