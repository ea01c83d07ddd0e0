/** The engine's game, stepped by its player's own contract. */

import { attempt, type FilmClock } from "../clock/clock";
import { rest, real } from "../real";
import { InputTrack } from "../input/inputTrack";
import { Devices } from "../input/devices";
import { readProjectFile } from "../page/projectFile";
import { viewOf } from "../page/view";
import { EngineSound } from "../sound/engineSound";
import type { Mix } from "../sound/mixing";
import type { Shot } from "../shot";
import type { Subject, View } from "../subject";
import { frameTime } from "../times";
import { CameraPath } from "./cameraPath";
import type { EnginePlayer } from "./player";

const POLL_MS = 4;
const OLDER = "film: the game's player is older than the camera: `make templates` builds both anew.";

export class EngineSubject implements Subject {
  readonly kind = "engine";
  private path: CameraPath | null = null;
  private input: InputTrack;
  /** Seconds that the player has been stepped: the sum is what its own clock says. */
  private stepped = 0;
  private readonly devices: Devices;
  private readonly sound: EngineSound;

  constructor(
    private readonly shot: Shot,
    private readonly player: EnginePlayer,
    private readonly clock: FilmClock,
  ) {
    this.input = InputTrack.of(shot.inputTrack);
    this.sound = new EngineSound(frameTime(shot, shot.frames));
    this.devices = new Devices(clock, (name, value) => player.act(name, value));
  }

  async begin(): Promise<void> {
    const { shot, player, clock } = this;
    if (player.loading === undefined) throw new Error(OLDER);
    await this.whilePolling(async () => {
      await player.ready();
      if (shot.input !== "") this.input = InputTrack.read(await readProjectFile(shot.input), shot.input);
      if (shot.cameraPath !== "") this.path = CameraPath.read(await readProjectFile(shot.cameraPath), shot.cameraPath);
      await player.audioGraph(this.sound.context);
      if (shot.scene !== "") await player.loadScene(shot.scene);
      this.resize();
      if (shot.transparent && !player.clearBackground())
        clock.note("The scene's post-processing draws over a transparent background: parts of it may be opaque.");
      clock.random.seed(shot.seed);
      await player.takeClock(shot.seed);
    });
    clock.alsoWaiting = () => player.loading;
    for (const animation of document.getAnimations()) attempt(() => animation.finish()); // the loading screen's own
  }

  /** Timers that look whether something is there go on in real time, as long as the game is loaded. */
  private async whilePolling(work: () => Promise<void>): Promise<void> {
    let done = false;
    const begun = real.now();
    const working = work().finally(() => (done = true));
    working.catch(() => undefined);
    while (!done) {
      await rest(POLL_MS);
      this.clock.runPolls(real.now() - begun);
    }
    await working;
  }

  /** As many CSS pixels as the window has, so that what is laid out by them looks as it does when the game is played. */
  private resize(): void {
    const { width, height, supersample } = this.shot;
    const ratio = (width / innerWidth) * supersample;
    const isExact = Math.floor(innerWidth * ratio) === width * supersample;
    if (isExact && Math.floor(innerHeight * ratio) === height * supersample)
      this.player.resize(innerWidth, innerHeight, ratio);
    else this.player.resize(width, height, supersample);
  }

  async moveTo(time: number, picture: (() => void) | null): Promise<void> {
    const { clock, player, path } = this;
    await clock.advance(time * 1000);
    for (const action of this.input.until(time)) this.devices.act(action);
    if (path) player.lookFrom(path.at(time));
    const step = Math.max(time - this.stepped, 0);
    const parts = Math.max(Math.ceil(step / player.longestStep - 1e-9), 1);
    for (let part = 0; part < parts; part++) {
      player.step(step / parts);
      if (part < parts - 1) await clock.settle();
    }
    this.stepped += step;
    await clock.settle();
    await this.sound.renderTo(time, player.soundTime);
    clock.takeFrames().forEach((frame) => frame());
    await clock.runIdle();
    await clock.settle();
    if (!picture) return;
    player.draw();
    picture();
  }

  get canvas(): HTMLCanvasElement {
    return this.player.canvas;
  }

  view(): View | string {
    return viewOf(this.canvas, this.shot);
  }

  listen(): void {
    this.sound.wanted = true;
  }

  heard(startS: number): Promise<Mix> {
    return this.sound.finish(startS);
  }
}
