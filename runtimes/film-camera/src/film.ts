/** A slice of a film: the way to its first frame, and its frames. */

import { FrameReader } from "./capture/reader";
import { Overlay } from "./page/overlay";
import { PageChanges } from "./page/pageChanges";
import { tellAlive } from "./alive";
import type { Prepared, Shot } from "./shot";
import type { Subject, View } from "./subject";
import { earliestFrame, pictureTimes } from "./times";

/** Why the page itself is the picture, as far as it was. */
const LONGER = "Some frames show the page itself, which takes longer than a canvas and what lies over it";

export class Film {
  private reader: FrameReader | null = null;
  private readonly changes = new PageChanges();
  private readonly overlay = new Overlay((told) => window.__filmFrame?.(told));
  private seen: View | string = "nobody has looked at it";
  /** Whether what was laid over the canvas last is the whole page. */
  private whole = false;
  /** The next frame of the slice. */
  private next: number;

  private constructor(
    private readonly shot: Shot,
    private readonly subject: Subject,
    private readonly note: (text: string) => void,
  ) {
    this.next = shot.first;
  }

  /** Moves the game to just before the slice's first frame. */
  static async prepare(shot: Shot, subject: Subject, note: (text: string) => void): Promise<Film> {
    await skipTo(shot, shot.first, subject);
    return new Film(shot, subject, note);
  }

  prepared(notes: readonly string[]): Prepared {
    const { width, height, layout } = this.shot;
    return { width, height, layout, kind: this.subject.kind, chroma: "left", notes: [...notes] };
  }

  /** Takes the slice's frames; how many. */
  async shoot(): Promise<number> {
    const { shot } = this;
    const reader = (this.reader = new FrameReader(shot));
    await reader.ring.opened();
    for (; this.next < shot.first + shot.count; this.next++) await this.take(reader);
    await reader.finish();
    return shot.count;
  }

  private async take(reader: FrameReader): Promise<void> {
    const { darkroom } = reader;
    await reader.makeRoom();
    for (const time of pictureTimes(this.shot, this.next)) {
      let taken: HTMLCanvasElement | null = null;
      await this.subject.moveTo(time, () => {
        const { canvas } = this.subject;
        if (canvas && darkroom.take(canvas)) taken = canvas;
      });
      const view = await this.look(reader, taken);
      darkroom.print(typeof view === "string" ? null : view.placing);
      tellAlive();
    }
    reader.read(this.next);
  }

  /** Lays over the canvas what belongs there: what the page paints over it, or, where that is not enough, all of the page. */
  private async look(reader: FrameReader, taken: HTMLCanvasElement | null): Promise<View | string> {
    const { changes, subject } = this;
    const changed = changes.since(taken);
    if (changed !== "nothing") this.seen = this.overlay.aside(() => subject.view());
    const view = typeof this.seen !== "string" && this.seen.canvas !== taken ? "another canvas is shown" : this.seen;
    if (typeof view === "string") {
      this.note(`${LONGER}: ${view}.`);
      this.overlay.unmark();
      reader.darkroom.lay(await this.screenshot("screen"));
    } else if (changed === "page" || this.whole) {
      this.overlay.mark(view.canvas);
      reader.darkroom.lay(view.overlaid ? await this.screenshot("overlay") : null);
    }
    this.whole = typeof view === "string";
    if (changed !== "nothing") changes.forget();
    if (view !== this.seen) changes.doubt();
    return view;
  }

  private screenshot(of: "overlay" | "screen"): Promise<ImageBitmap> {
    const { width, height, supersample } = this.shot;
    return this.overlay.take(of, width * supersample, height * supersample);
  }

  /** Moves to the next frame, for whoever compares a film with the page itself. */
  async step(): Promise<void> {
    const { shot, subject } = this;
    const rest = this.next > shot.first ? pictureTimes(shot, this.next - 1).slice(1) : [];
    for (const time of rest) await subject.moveTo(time, null);
    await subject.moveTo(pictureTimes(shot, this.next)[0] as number, () => undefined);
    this.next += 1;
  }

  /** The crew has read a slot of the ring. */
  release(slot: number): void {
    if (!this.reader) throw new Error("film: no slot is in use.");
    this.reader.ring.release(slot);
  }

  /** The crew's screenshot of the page, or of what lies over its canvas. */
  answer(id: number, png: string): void {
    this.overlay.answer(id, png);
  }
}

/** Moves the game through all frames before that one, without pictures. */
export async function skipTo(shot: Shot, end: number, subject: Subject): Promise<void> {
  for (let frame = earliestFrame(shot); frame < end; frame++)
    for (const time of pictureTimes(shot, frame)) {
      await subject.moveTo(time, null);
      tellAlive();
    }
}
