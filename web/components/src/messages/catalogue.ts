/**
 * Message catalogues: plain objects whose values are texts, or functions from values to a text.
 *
 * The English one is the type of all others, so a key that is missing in a language does not compile. A page makes its own
 * with the same function: `const messages = createMessages({ en, "pt-BR": ptBR })`, then `messages("pt-PT").title`.
 */

/** A catalogue with the keys of another one, and functions that take the same values. */
export type Translation<Texts> = {
  readonly [Key in keyof Texts]: Texts[Key] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : Texts[Key] extends string
      ? string
      : Translation<Texts[Key]>;
};

/** The languages that every catalogue has. */
export type Language = "en" | "pt-BR";

/** The catalogue for a BCP 47 tag: every kind of Portuguese reads `pt-BR`, and who reads neither is given English. */
export function createMessages<Texts extends object>(
  catalogues: { readonly en: Texts } & Readonly<Record<Exclude<Language, "en">, Translation<Texts>>>,
): (tag: string) => Translation<Texts> {
  return (tag) => (languageOf(tag) === "pt-BR" ? catalogues["pt-BR"] : (catalogues.en as Translation<Texts>));
}

/** Which of our languages is nearest to a BCP 47 tag. */
export function languageOf(tag: string): Language {
  return /^pt(-|$)/i.test(tag) ? "pt-BR" : "en";
}

/** A well-formed tag for `Intl`: the given one where our catalogues are in its language, so that `en-GB` has British dates. */
export function formatTag(tag: string): string {
  const language = languageOf(tag);
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    return canonical?.startsWith(language.slice(0, 2)) ? canonical : language;
  } catch {
    return language;
  }
}

/** The language of a place in a document: the nearest `lang` attribute, through shadow roots, then the reader's own. */
export function nearestLanguage(element: Element): string {
  for (let place: Element | null = element; place !== null; place = parentAcrossRoots(place)) {
    const tag = place.getAttribute("lang");
    if (tag) return tag;
  }
  return navigator.languages[0] ?? "en";
}

function parentAcrossRoots(element: Element): Element | null {
  if (element.parentElement) return element.assignedSlot ?? element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
