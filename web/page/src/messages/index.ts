import type { Translation } from "@aethel/export-components";
import { textsIn } from "../languages.ts";
import type { Language } from "../preferences.ts";
import { en } from "./en.ts";

export type Messages = Translation<typeof en>;

/** The texts of the page in a language. */
export function pageMessages(language: Language): Messages {
  return textsIn(language)?.page ?? en;
}
