/** A slice of a film: the way to its first frame, and its frames. */

import { FrameReader } from "./capture/reader";
import { PageChanges } from "./page/pageChanges";
import type { Prepared, Shot } from "./shot";
import type { Subject, View } from "./subject";
import { earliestFrame, pictureTimes } from "./times";

/** How far a slice has come: frames that were handed over, and why the others have to be taken as screenshots. */
export interface Taken {
  frames: number;
  screen: string | null;
}

export class Film {
  private reader: FrameReader | null = null;
  private readonly changes = new PageChanges();
  private seen: View | string;
  /** The next frame of the slice. */
  private next: number;
  /** Of the next frame's pictures, how many the game has already moved to. */
  private moved = 0;

  private constructor(
    private readonly shot: Shot,
    private readonly subject: Subject,
    private readonly notes: readonly string[],
    onScreen: boolean,
  ) {
    this.next = shot.first;
    this.seen = onScreen ? "the crew wants it" : subject.view();
  }

  /** Moves the game to just before the slice's first frame. */
  static async prepare(shot: Shot, subject: Subject, notes: readonly string[], onScreen: boolean): Promise<Film> {
    await skipTo(shot, shot.first, subject);
    return new Film(shot, subject, notes, onScreen);
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

  /** Takes the slice's frames, up to one that shows more than a canvas. */
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

  /** Takes one frame; false when the canvas is not all that it shows. */
  private async take(reader: FrameReader): Promise<boolean> {
    await reader.makeRoom();
    const times = pictureTimes(this.shot, this.next);
    for (const [picture, time] of times.entries()) {
      await this.subject.moveTo(time, () => {
        const view = this.look();
        if (typeof view === "string") return;
        reader.darkroom.take(view.canvas, view.placing);
        if (picture === times.length - 1) reader.read(this.next);
      });
      this.moved = picture + 1;
      if (typeof this.seen === "string") return false;
    }
    this.moved = 0;
    return true;
  }

  private look(): View | string {
    if (this.changes.since()) this.seen = this.subject.view();
    return this.seen;
  }

  /** Moves to the next frame, for whoever takes a screenshot of it. */
  async step(): Promise<void> {
    const { shot, subject } = this;
    if (this.moved === 0 && this.next > shot.first)
      for (const time of pictureTimes(shot, this.next - 1).slice(1)) await subject.moveTo(time, null);
    if (this.moved === 0) await subject.moveTo(pictureTimes(shot, this.next)[0] as number, () => undefined);
    this.moved = 0;
    this.next += 1;
  }

  /** The crew has read a slot of the ring. */
  release(slot: number): void {
    if (!this.reader) throw new Error("film: no slot is in use.");
    this.reader.ring.release(slot);
  }
}

/** Moves the game through all frames before that one, without pictures. */
export async function skipTo(shot: Shot, end: number, subject: Subject): Promise<void> {
  for (let frame = earliestFrame(shot); frame < end; frame++)
    for (const time of pictureTimes(shot, frame)) await subject.moveTo(time, null);
}
