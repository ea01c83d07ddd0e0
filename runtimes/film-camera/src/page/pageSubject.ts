/** Any page: its clock has been taken over, and its own frames are called in the browser's, so that all comes in the order that it knows. */

import type { FilmAnimations } from "../clock/animations";
import type { FilmClock } from "../clock/clock";
import { Devices } from "../input/devices";
import { InputTrack } from "../input/inputTrack";
import { real } from "../real";
import type { Mix } from "../sound/mixing";
import type { PageAudio } from "../sound/pageAudio";
import { mixPage } from "../sound/pageSound";
import type { Shot } from "../shot";
import type { Subject, View } from "../subject";
import { Imports } from "./imports";
import { readProjectFile } from "./projectFile";
import { viewOf } from "./view";

/** A page that is played has about so many frames a second: games that count them should not play slower in a film with fewer. */
const USUAL_FPS = 60;
/** How far a frame may be from its usual length before there is one more. */
const SLACK = 0.4;

const handedOver = new WeakSet<HTMLCanvasElement>();
const handOver = HTMLCanvasElement.prototype.transferControlToOffscreen;
HTMLCanvasElement.prototype.transferControlToOffscreen = function () {
  handedOver.add(this);
  return handOver.call(this);
};

export class PageSubject implements Subject {
  readonly kind = "html5";
  private input: InputTrack;
  private readonly devices: Devices;
  private now = 0;
  private imports: Imports | null = null;
  private chosen: HTMLCanvasElement | null = null;

  constructor(
    private readonly shot: Shot,
    private readonly clock: FilmClock,
    private readonly animations: FilmAnimations,
    private readonly audio: PageAudio,
  ) {
    this.input = InputTrack.of(shot.inputTrack);
    this.devices = new Devices(clock, () => false);
  }

  async begin(): Promise<void> {
    const { shot, clock } = this;
    if (shot.scene !== "") clock.note(`“scene” is of the engine's games: this page has no scene “${shot.scene}”.`);
    if (shot.cameraPath !== "") clock.note("“cameraPath” is of the engine's games: this page has its own camera.");
    if (shot.input !== "") this.input = InputTrack.read(await readProjectFile(shot.input), shot.input);
    clock.random.seed(shot.seed);
    await clock.settle();
    this.animations.adoptAll();
    this.imports = await Imports.of(document, clock);
    if (shot.subframes > 1)
      clock.note("Motion blur calls the page for each of its pictures: a game that counts frames plays faster by it.");
  }

  async moveTo(time: number, picture: (() => void) | null): Promise<void> {
    const from = this.now;
    const ticks = Math.max(Math.ceil((time - from) * USUAL_FPS - SLACK), 1);
    for (let tick = 1; tick < ticks; tick++) await this.tick(from + ((time - from) * tick) / ticks, null);
    await this.tick(time, picture);
    this.now = time;
  }

  private async tick(time: number, picture: (() => void) | null): Promise<void> {
    const { clock } = this;
    await clock.advance(time * 1000);
    for (const action of this.input.until(time)) {
      this.devices.act(action);
      await clock.settle();
    }
    await this.imports?.settle();
    await this.frame(picture);
    await clock.settle();
    await clock.runIdle();
    this.animations.adoptAll();
  }

  /** Runs the page's frame callbacks in one of the browser's frames: promises settle between them, and nothing else comes between. */
  private frame(picture: (() => void) | null): Promise<void> {
    return new real.Promise((resolve, reject) => {
      for (const callback of this.clock.takeFrames()) real.requestAnimationFrame(callback);
      real.requestAnimationFrame(() => {
        try {
          picture?.();
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }

  get canvas(): HTMLCanvasElement | null {
    if (!this.chosen?.isConnected) this.chosen = largestCanvas();
    return this.chosen && !handedOver.has(this.chosen) ? this.chosen : null;
  }

  view(): View | string {
    this.chosen = largestCanvas();
    if ([...document.querySelectorAll("iframe")].some(({ contentDocument }) => contentDocument === null))
      this.clock.note("The page has a frame of another origin: its time is not the film's, and it may stand still.");
    if (!this.chosen) return "it shows no canvas";
    if (handedOver.has(this.chosen)) return "a worker draws its canvas";
    return viewOf(this.chosen, this.shot);
  }

  /** A page's contexts are always rendered: its scripts wait for what has ended. */
  listen(): void {}

  heard(startS: number, seconds: number): Promise<Mix> {
    return mixPage(this.audio, this.clock, startS, seconds);
  }
}

function largestCanvas(): HTMLCanvasElement | null {
  let [found, most] = [null as HTMLCanvasElement | null, 0];
  for (const canvas of document.querySelectorAll("canvas")) {
    const { left, top, right, bottom } = canvas.getBoundingClientRect();
    const width = Math.min(right, innerWidth) - Math.max(left, 0);
    const area = width * (Math.min(bottom, innerHeight) - Math.max(top, 0));
    if (width > 0 && area > most && canvas.checkVisibility({ visibilityProperty: true }))
      [found, most] = [canvas, area];
  }
  return found;
}
