/** A slice of a film: the way to its first frame, and its frames. */

import { FrameReader } from "./capture/reader";
import { Overlay } from "./page/overlay";
import { PageChanges } from "./page/pageChanges";
import type { Prepared, Shot } from "./shot";
import type { Subject, View } from "./subject";
import { earliestFrame, pictureTimes } from "./times";

/** How far a slice has come: frames that were handed over, and why the others have to be taken as screenshots. */
export interface Taken {
  frames: number;
  screen: string | null;
}

/** What the crew can do, and what it wants. */
export interface FilmOptions {
  /** Film the page itself, whatever it shows. */
  onScreen?: boolean;
  /** Screenshots of what lies over the canvas can be had. */
  overlays?: boolean;
}

export class Film {
  private reader: FrameReader | null = null;
  private readonly changes = new PageChanges();
  private readonly overlay: Overlay | null;
  private seen: View | string;
  /** The next frame of the slice. */
  private next: number;
  /** Whether the game has moved to the next frame, which then was no canvas alone. */
  private moved = false;

  private constructor(
    private readonly shot: Shot,
    private readonly subject: Subject,
    private readonly notes: readonly string[],
    { onScreen = false, overlays = false }: FilmOptions,
  ) {
    this.next = shot.first;
    this.overlay = overlays ? new Overlay((told) => window.__filmFrame?.(told)) : null;
    this.seen = onScreen ? "the crew wants it" : this.judged(subject.view());
  }

  /** Moves the game to just before the slice's first frame. */
  static async prepare(shot: Shot, subject: Subject, notes: readonly string[], options: FilmOptions): Promise<Film> {
    await skipTo(shot, shot.first, subject);
    return new Film(shot, subject, notes, options);
  }

  get prepared(): Prepared {
    const { width, height, layout, subframes } = this.shot;
    const notes = [...this.notes];
    if (typeof this.seen === "string") {
      notes.push(`The page itself is filmed, which takes longer than a canvas alone: ${this.seen}.`);
      if (subframes > 1) notes.push("Motion is not blurred, as the page itself is filmed.");
    }
    const kind = typeof this.seen === "string" ? "screen" : this.subject.kind;
    return { width, height, layout, kind, chroma: "left", notes };
  }

  /** Takes the slice's frames, up to one that shows more than a canvas and what lies over it. */
  async shoot(): Promise<Taken> {
    const { shot } = this;
    if (typeof this.seen !== "string") {
      const reader = (this.reader = new FrameReader(shot));
      await reader.ring.opened();
      while (this.next < shot.first + shot.count && (await this.take(reader))) this.next += 1;
      await reader.finish();
    }
    return { frames: this.next - shot.first, screen: typeof this.seen === "string" ? this.seen : null };
  }

  /** Takes one frame; false when it has to be taken as a screenshot. */
  private async take(reader: FrameReader): Promise<boolean> {
    const { darkroom } = reader;
    await reader.makeRoom();
    for (const time of pictureTimes(this.shot, this.next)) {
      let taken: HTMLCanvasElement | null = null;
      await this.subject.moveTo(time, () => {
        taken = this.subject.canvas;
        if (taken) darkroom.take(taken);
      });
      const view = await this.look(reader, taken);
      if (typeof view === "string") {
        this.moved = true;
        return false;
      }
      darkroom.print(view.placing);
    }
    reader.read(this.next);
    return true;
  }

  private async look(reader: FrameReader, taken: HTMLCanvasElement | null): Promise<View | string> {
    const changed = this.changes.since(taken);
    if (changed === "nothing") return this.seen;
    const view = (this.seen = this.judged(this.subject.view()));
    if (typeof view === "string") return view;
    if (view.canvas !== taken) return (this.seen = "another canvas is shown");
    if (changed === "page") reader.darkroom.lay(view.overlaid ? await this.takeOverlay(view) : null);
    return view;
  }

  private judged(view: View | string): View | string {
    if (typeof view === "string" || !view.overlaid || this.overlay) return view;
    return "something is painted over the canvas";
  }

  private async takeOverlay({ canvas }: View): Promise<ImageBitmap> {
    const { overlay, shot } = this;
    if (!overlay) throw new Error("film: nobody takes screenshots.");
    overlay.mark(canvas);
    const taken = await overlay.take(shot.width * shot.supersample, shot.height * shot.supersample);
    this.changes.forget();
    return taken;
  }

  /** Moves to the next frame, for whoever takes a screenshot of it. */
  async step(): Promise<void> {
    const { shot, subject } = this;
    if (!this.moved) {
      const rest = this.next > shot.first ? pictureTimes(shot, this.next - 1).slice(1) : [];
      for (const time of rest) await subject.moveTo(time, null);
      await subject.moveTo(pictureTimes(shot, this.next)[0] as number, () => undefined);
    }
    this.moved = false;
    this.next += 1;
  }

  /** The crew has read a slot of the ring. */
  release(slot: number): void {
    if (!this.reader) throw new Error("film: no slot is in use.");
    this.reader.ring.release(slot);
  }

  /** The crew's screenshot of what lies over the canvas. */
  answer(id: number, png: string): void {
    this.overlay?.answer(id, png);
  }
}

/** Moves the game through all frames before that one, without pictures. */
export async function skipTo(shot: Shot, end: number, subject: Subject): Promise<void> {
  for (let frame = earliestFrame(shot); frame < end; frame++)
    for (const time of pictureTimes(shot, frame)) await subject.moveTo(time, null);
}
