/** The languages of the page. English is always there; what else it says is loaded when somebody reads it. */
import type { Language } from "./preferences.ts";

type Portuguese = typeof import("./portuguese.ts");

let portuguese: Portuguese | null = null;

/** Have the texts of a language at hand; English ones are shown where they cannot be loaded. */
export async function loadLanguage(language: Language): Promise<void> {
  if (language === "en" || portuguese) return;
  portuguese = await import("./portuguese.ts").catch(() => null);
}

/** The texts of a language beside English, as far as they have been loaded. */
export function textsIn(language: Language): Portuguese | null {
  return language === "pt-BR" ? portuguese : null;
}

/** A text of the service in a language, where a translation is known: the service says it in English. */
export function serverText(text: string, language: Language): string {
  return textsIn(language)?.serverText(text, language) ?? text;
}
