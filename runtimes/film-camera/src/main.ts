/** The camera: evaluated before any script of a page, it offers `__filmCamera` to the crew. */

import { FilmClock } from "./clock/clock";
import { installClock } from "./clock/install";
import { watchLoads } from "./clock/loads";
import { EngineSubject } from "./engine/engineSubject";
import { Film, type Taken } from "./film";
import { checkShot, type Prepared, type Shot } from "./shot";
import type { Subject } from "./subject";

const clock = new FilmClock();
installClock(window, clock);
watchLoads(window, clock.pending);

let film: Film | null = null;

function filming(): Film {
  if (!film) throw new Error("film: nothing is prepared.");
  return film;
}

/** What the page is; it has to be loaded. */
function subjectOf(shot: Shot, sound: BaseAudioContext | null): Subject {
  const player = window.AethelPlayer;
  if (!player) throw new Error("film: this page has no AethelPlayer.");
  return new EngineSubject(shot, player, clock, sound);
}

const camera = {
  /** Waits for the game and moves it to just before the slice's first frame. `onScreen`: the page itself is filmed. */
  async prepare(shot: Shot, { onScreen = false } = {}): Promise<Prepared> {
    checkShot(shot);
    const subject = subjectOf(shot, null);
    await subject.begin();
    film = await Film.prepare(shot, subject, clock.notes, onScreen);
    return film.prepared;
  },
  /** Hands the slice's frames over, by the ring file. */
  shoot: (): Promise<Taken> => filming().shoot(),
  /** Moves to the next frame, for a screenshot. */
  step: (): Promise<void> => filming().step(),
  release: (slot: number): void => filming().release(slot),
  /** What the film waits for just now. */
  get waiting(): string[] {
    return clock.pending.names;
  },
  get notes(): readonly string[] {
    return clock.notes;
  },
};

Object.defineProperty(window, "__filmCamera", { value: Object.freeze(camera) });
