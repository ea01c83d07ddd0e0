/**
 * Pictures of the page, taken by the crew. What a page paints over its canvas is a picture of its own: the canvas and the backgrounds below it
 * are left out, and the screenshot is transparent where nothing is painted. It is needed anew only when the page has changed: a game's texts
 * stand for many frames. Meanwhile the canvas stays left out, so that the browser does not put pages together which nobody looks at.
 */

import { real } from "../real";

const LEFT_OUT = "data-film-left-out";
const THROUGH = "data-film-through";
const RULES = `
[${LEFT_OUT}] { opacity: 0 !important; transition: none !important }
[${THROUGH}] { background: transparent !important; transition: none !important }`;
const decode = window.createImageBitmap.bind(window);

export class Overlay {
  private readonly sheet = new CSSStyleSheet();
  private readonly marked: Element[] = [];
  private answers = new Map<number, { resolve: (png: string) => void; reject: (error: Error) => void }>();
  private asked = 0;

  constructor(private readonly ask: (told: string) => void) {
    this.sheet.replaceSync(RULES);
    document.adoptedStyleSheets.push(this.sheet);
  }

  /** Leaves out the canvas, and the backgrounds of what holds it. */
  mark(canvas: HTMLCanvasElement): void {
    if (canvas.hasAttribute(LEFT_OUT)) return;
    this.unmark();
    canvas.setAttribute(LEFT_OUT, "");
    this.marked.push(canvas);
    for (let element = canvas.parentElement; element; element = element.parentElement) {
      element.setAttribute(THROUGH, "");
      this.marked.push(element);
    }
  }

  /** The page is as it was. */
  unmark(): void {
    this.marked.splice(0).forEach((element) => [LEFT_OUT, THROUGH].forEach((name) => element.removeAttribute(name)));
  }

  /** Looks at the page with nothing left out. */
  aside<T>(look: () => T): T {
    this.sheet.disabled = true;
    try {
      return look();
    } finally {
      this.sheet.disabled = false;
    }
  }

  /** Asks the crew for a picture, as large as asked: of what is not left out, transparent elsewhere, or of the page as one sees it. */
  async take(of: "overlay" | "screen", width: number, height: number): Promise<ImageBitmap> {
    const id = ++this.asked;
    const png = await new real.Promise<string>((resolve, reject) => {
      this.answers.set(id, { resolve, reject });
      this.ask(`{"${of}": ${id}}`);
    });
    const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
    const options: ImageBitmapOptions = { premultiplyAlpha: "premultiply", resizeWidth: width, resizeHeight: height };
    return await decode(new Blob([bytes], { type: "image/png" }), options);
  }

  /** The crew's answer: a PNG in base64, or nothing where it could take none. */
  answer(id: number, png: string): void {
    const waiting = this.answers.get(id);
    this.answers.delete(id);
    if (png === "") waiting?.reject(new Error("film: the crew could not take a screenshot."));
    else waiting?.resolve(png);
  }
}
