/**
 * What a page paints over its canvas, as a picture of its own: the canvas and the backgrounds below it are left out for a moment, and the crew
 * takes a screenshot, transparent where nothing is painted. It is needed anew only when the page has changed: a game's texts stand for many frames.
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
    this.sheet.disabled = true;
    document.adoptedStyleSheets.push(this.sheet);
  }

  /** Marks the canvas and what holds it; the page looks as before. */
  mark(canvas: HTMLCanvasElement): void {
    if (canvas.hasAttribute(LEFT_OUT)) return;
    this.marked.splice(0).forEach((element) => [LEFT_OUT, THROUGH].forEach((name) => element.removeAttribute(name)));
    canvas.setAttribute(LEFT_OUT, "");
    this.marked.push(canvas);
    for (let element = canvas.parentElement; element; element = element.parentElement) {
      element.setAttribute(THROUGH, "");
      this.marked.push(element);
    }
  }

  /** Asks the crew for the picture, as large as asked. */
  async take(width: number, height: number): Promise<ImageBitmap> {
    this.sheet.disabled = false;
    try {
      const id = ++this.asked;
      const png = await new real.Promise<string>((resolve, reject) => {
        this.answers.set(id, { resolve, reject });
        this.ask(JSON.stringify({ overlay: id }));
      });
      const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
      const options: ImageBitmapOptions = { premultiplyAlpha: "premultiply", resizeWidth: width, resizeHeight: height };
      return await decode(new Blob([bytes], { type: "image/png" }), options);
    } finally {
      this.sheet.disabled = true;
    }
  }

  /** The crew's answer: a PNG in base64, or nothing where it could take none. */
  answer(id: number, png: string): void {
    const waiting = this.answers.get(id);
    this.answers.delete(id);
    if (png === "") waiting?.reject(new Error("film: the crew could not take a screenshot."));
    else waiting?.resolve(png);
  }
}
