/** The camera: evaluated before any script of a page, it offers `__filmCamera` to the crew. */

import { FilmAnimations } from "./clock/animations";
import { FilmClock } from "./clock/clock";
import { installClock } from "./clock/install";
import { watchLoads } from "./clock/loads";
import { FilmMedia } from "./clock/media";
import { EngineSubject } from "./engine/engineSubject";
import { tellAlive } from "./alive";
import { Film } from "./film";
import { pageLoaded } from "./page/loading";
import { PageSubject } from "./page/pageSubject";
import { holdSteady } from "./page/steady";
import { real } from "./real";
import { checkShot, type Prepared, type Shot } from "./shot";
import { PageAudio } from "./sound/pageAudio";
import { writeSound } from "./sound/soundFile";
import type { Subject } from "./subject";
import { installWorkers } from "./workers/filmWorkers";
import { frameTime, pictureTimes } from "./times";

const SHARED = Symbol.for("film camera");
/** Seconds for which a page may have sound, where the crew has not said it. */
const USUAL_LENGTH_S = 600;

interface Shared {
  clock: FilmClock;
  media: FilmMedia;
  audio: PageAudio;
}

declare global {
  interface Window {
    /** What the frames of a page share. */
    [SHARED]?: Shared;
    /** Set by the crew, before the camera: what has to be known as soon as the page begins. */
    __filmPlan?: { seed?: number; seconds?: number };
  }
}

const above = sharedAbove();
const clock = above?.clock ?? new FilmClock();
if (!above) clock.random.seed(window.__filmPlan?.seed ?? 1);
const animations = new FilmAnimations(window, clock);
const media = new FilmMedia(window, clock, above?.media.sounds);
const lengthS = window.__filmPlan?.seconds ?? USUAL_LENGTH_S;
const audio = new PageAudio(window, clock, media, lengthS, above?.audio.contexts);
installClock(window, clock);
watchLoads(window, clock.pending);
holdSteady(window, clock);
installWorkers(window, clock);
Object.defineProperty(window, SHARED, { value: { clock, media, audio } satisfies Shared });

/** Frames of one page live in one time. */
function sharedAbove(): Shared | null {
  try {
    return window.parent === window ? null : (window.parent[SHARED] ?? null);
  } catch {
    return null; // a frame of another origin
  }
}

interface Filming {
  shot: Shot;
  subject: Subject;
  film: Film;
}

let current: Filming | null = null;

function filming(): Filming {
  if (!current) throw new Error("film: nothing is prepared.");
  return current;
}

/** Until the film begins, whatever moves by style sheets stands at its first moment. */
let holding = true;
(function hold(): void {
  if (!holding) return;
  animations.adoptAll();
  real.requestAnimationFrame(hold);
})();

async function begin(shot: Shot): Promise<Subject> {
  checkShot(shot);
  await pageLoaded(() => clock.pending.names);
  holding = false;
  const player = window.AethelPlayer;
  const subject = player ? new EngineSubject(shot, player, clock) : new PageSubject(shot, clock, animations, audio);
  await subject.begin();
  return subject;
}

const camera = {
  /** Waits for the game and moves it to just before the slice's first frame. */
  async prepare(shot: Shot): Promise<Prepared> {
    const subject = await begin(shot);
    current = { shot, subject, film: await Film.prepare(shot, subject, (text) => clock.note(text)) };
    return current.film.prepared(clock.notes);
  },
  /** Plays on to the film's end without pictures, and writes all that is heard from its beginning on into the sound file. */
  async sound(): Promise<{ samples: number; notes: string[] }> {
    const { shot, subject } = filming();
    subject.listen();
    for (let frame = shot.first; frame < shot.frames; frame++)
      for (const time of pictureTimes(shot, frame)) {
        await subject.moveTo(time, null);
        tellAlive();
      }
    const endS = frameTime(shot, shot.frames);
    await subject.moveTo(endS, null);
    const mix = await subject.heard(shot.startS, endS - shot.startS);
    const samples = mix.left.length;
    await writeSound(mix);
    return { samples, notes: [...clock.notes] };
  },
  /** Hands the slice's frames over, by the ring file. */
  async shoot(): Promise<{ frames: number; notes: string[] }> {
    const frames = await filming().film.shoot();
    return { frames, notes: [...clock.notes] };
  },
  /** Moves to the next frame, for a screenshot. */
  step: (): Promise<void> => filming().film.step(),
  release: (slot: number): void => filming().film.release(slot),
  overlay: (id: number, png: string): void => filming().film.answer(id, png),
  /** What the film waits for just now. */
  get waiting(): string[] {
    return clock.pending.names;
  },
  get notes(): readonly string[] {
    return clock.notes;
  },
};

if (window.parent === window) {
  Object.defineProperty(window, "__filmCamera", { value: Object.freeze(camera) });
  Object.defineProperty(window, "AethelDriven", { value: true }); // the engine's player then draws nothing that nobody takes
}
