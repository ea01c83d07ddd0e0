import { loadLanguage } from "./languages.ts";

export const LANGUAGES = ["en", "pt-BR"] as const;
export const LANGUAGE_NAMES = { en: "English", "pt-BR": "Português" };
export const THEMES = ["system", "light", "dark"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Theme = (typeof THEMES)[number];

/**
 * The language and the theme of this browser, kept in localStorage; nothing else is kept there.
 * They stand on `<html>`, where every element looks for them. Event `change` after each change.
 */
class Preferences extends EventTarget {
  language: Language = oneOf(LANGUAGES, stored("language")) ?? preferredLanguage();
  theme: Theme = oneOf(THEMES, stored("theme")) ?? "system";
  /** The texts of the language are there. */
  ready: Promise<void> = loadLanguage(this.language);

  constructor() {
    super();
    this.#show();
    addEventListener("storage", () => {
      this.set({
        language: oneOf(LANGUAGES, stored("language")) ?? this.language,
        theme: oneOf(THEMES, stored("theme")) ?? this.theme,
      });
    });
  }

  set(changed: { language?: Language; theme?: Theme }): void {
    const before = `${this.language} ${this.theme}`;
    Object.assign(this, changed);
    if (before === `${this.language} ${this.theme}`) return;
    store("language", this.language);
    store("theme", this.theme);
    this.ready = loadLanguage(this.language);
    void this.ready.then(() => {
      this.#show();
      this.dispatchEvent(new Event("change"));
    });
  }

  #show(): void {
    const page = document.documentElement;
    page.lang = this.language;
    if (this.theme === "system") page.removeAttribute("theme");
    else page.setAttribute("theme", this.theme);
  }
}

function preferredLanguage(): Language {
  const first = navigator.languages.find((language) => /^(en|pt)\b/i.test(language));
  return first?.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
}

function oneOf<T extends string>(allowed: readonly T[], text: string | null): T | null {
  return allowed.find((value) => value === text) ?? null;
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(`aethel.${name}`);
  } catch {
    return null; // a browser that keeps nothing still shows the page
  }
}

function store(name: string, value: string): void {
  try {
    localStorage.setItem(`aethel.${name}`, value);
  } catch {
    // likewise
  }
}

export const preferences = new Preferences();
