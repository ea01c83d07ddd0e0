import { messages, platformName } from "@aethel/export-components";

import { serverText } from "../languages.ts";
import { PageElement } from "../page-element.ts";
import { preferences } from "../preferences.ts";
import { type ExportsMessages, exportsMessages } from "./messages/index.ts";

/** An element of the exports' part: the page's look, and the texts of this part in the chosen language. */
export abstract class ExportsElement extends PageElement {
  protected get t(): ExportsMessages {
    return exportsMessages(preferences.language);
  }

  /** What a platform is called. */
  protected platformName(platform: string): string {
    return platformName(platform, messages(preferences.language));
  }

  /** Several of them, as a list in a sentence. */
  protected platformNames(platforms: readonly string[]): string {
    const list = new Intl.ListFormat(this.format.tag, { type: "conjunction" });
    return list.format(platforms.map((platform) => this.platformName(platform)));
  }

  /** A text of the service, in the chosen language where a translation is known. */
  protected serverText(text: string): string {
    return serverText(text, preferences.language);
  }

  /** A part of a whole, to two digits: `0.21%`. */
  protected share(part: number, whole: number): string {
    const percent = new Intl.NumberFormat(this.format.tag, { style: "percent", maximumSignificantDigits: 2 });
    return percent.format(whole > 0 ? part / whole : 0);
  }

  protected tell<Detail>(type: string, detail: Detail): void {
    this.dispatchEvent(new CustomEvent<Detail>(type, { detail, bubbles: true, composed: true }));
  }
}
