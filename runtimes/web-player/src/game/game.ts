/** A game that runs: everything it has, and what happens in a frame. */

import { Quaternion, Vector3, type Camera } from "three";
import { Downloads } from "../assets/downloads";
import { Library } from "../assets/library";
import { AudioEngine } from "../audio/engine";
import type { BootManifest, Preset } from "../core/manifest";
import { Light } from "../components/Light";
import { ScriptComponent } from "../components/Script";
import { readUserSettings, type UserSettings } from "./userSettings";
import { Saves, type Settings } from "../core/storage";
import { Input } from "../input/input";
import { requestFullscreen } from "../host/fullscreen";
import type { PhysicsWorld } from "../physics/types";
import { Quality } from "../render/quality";
import { Stage } from "../render/renderer";
import { readSceneFile } from "../scene/format/sceneFile";
import { Bundle } from "../scripts/bundle";
import { Problems } from "../core/problems";
import type { Screen } from "../ui/screen";
import { Clock } from "../core/clock";
import type { GameError } from "../core/errors";
import { Events } from "../core/events";
import { Pauses } from "../core/pauses";
import { Random } from "../core/random";
import { tellScripts } from "../physics/contacts";
import { SceneOpener, type OpenScene } from "../scene/sceneLoader";

const forward = new Vector3();
const up = new Vector3();
const ears = new Vector3();
const heading = new Quaternion();

export class Game {
  readonly clock = new Clock();
  readonly events = new Events();
  readonly random = new Random(Math.floor(Math.random() * 2 ** 31));
  readonly state: Record<string, unknown> = {};
  readonly bundle = new Bundle();
  readonly problems: Problems;
  readonly settings: Settings<UserSettings>;
  readonly saves: Saves;
  readonly quality: Quality;
  readonly stage: Stage;
  readonly downloads: Downloads;
  readonly library: Library;
  readonly audio: AudioEngine;
  readonly input: Input;
  readonly pauses: Pauses;
  private readonly opener: SceneOpener;
  private current: OpenScene | null = null;
  private leaving: { name: string; done: (opened: Promise<void>) => void } | null = null;
  private owed = 0;

  constructor(
    readonly manifest: BootManifest,
    readonly base: string,
    readonly screen: Screen,
  ) {
    const config = manifest.game;
    this.settings = readUserSettings(manifest);
    this.saves = new Saves(manifest.gameId);
    this.problems = new Problems(
      this.events,
      this.debug && manifest.scripts ? new URL(`${manifest.scripts}.map`, base).href : null,
      () => this.bundle.paths,
    );
    this.quality = new Quality(this.settings.values.graphicsPreset, config.shadowQuality, config.textureQuality);
    this.stage = new Stage(screen.canvas, config.antialiasing, this.quality);
    this.downloads = new Downloads(base, manifest.files);
    this.library = new Library(this.downloads, this.stage.renderer, this.quality.textureSide);
    this.audio = new AudioEngine(this.downloads, (reference, asker) => this.library.path(reference, asker), {
      ...this.settings.values.volume,
    });
    this.input = new Input(screen.canvas, config);
    this.pauses = new Pauses((silent) => this.audio.suspend(silent));
    this.opener = new SceneOpener(this);
    this.limitResolution();
  }

  get debug(): boolean {
    return this.manifest.configuration === "debug";
  }

  get scene(): OpenScene["scene"] | null {
    return this.current?.scene ?? null;
  }

  get surroundings(): OpenScene["surroundings"] | null {
    return this.current?.surroundings ?? null;
  }

  get physics(): PhysicsWorld | null {
    return (this.opener.opening ?? this.current)?.physics ?? null;
  }

  /** For components that find themselves in need of it. */
  loadPhysics(): Promise<unknown> {
    return this.opener.loadPhysics(this.opener.opening ?? this.current);
  }

  // ── Scenes ──

  /** As it stands in its file. */
  async readScene(name: string): Promise<object> {
    return readSceneFile(name, await this.opener.bytesOf(name));
  }

  /** Shows a scene in place of the current one. Rejects with what is wrong with it; the old one then stays. */
  async open(name: string): Promise<void> {
    const next = await this.opener.open(name);
    this.close();
    this.current = next;
    this.owed = 0;
    this.opener.attach(next);
    this.library.dropUnused();
    const { masterVolume, dopplerFactor, speedOfSound } = next.scene.level.settings.audio;
    this.audio.setSceneVolume(masterVolume);
    this.audio.doppler = { factor: dopplerFactor, speedOfSound };
    this.events.emit("scene", name);
  }

  private close(): void {
    if (!this.current) return;
    this.current.scene.dispose();
    this.current.surroundings.dispose();
    this.current.physics?.dispose();
    this.current = null;
    this.clock.clearTimers();
    this.screen.layer.clear();
  }

  /** At the end of the frame; resolves when the new scene has begun. */
  changeScene(name: string): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.leaving = { name, done: (opened) => void opened.then(resolve, reject) };
    });
  }

  /** From the beginning: for renderers, which want the same frames every time. */
  async restart(seed: number): Promise<void> {
    const name = this.scene?.name ?? this.manifest.game.startScene;
    this.random.seed(seed);
    this.clock.reset();
    this.audio.stopAll();
    for (const key of Object.keys(this.state)) delete this.state[key];
    await this.open(name);
  }

  /** Shows what is missing; resolves when whoever plays wants to go on without it. A renderer is told at once. */
  consent(error: GameError): Promise<void> {
    this.problems.report(error);
    this.events.emit("missing", error);
    this.screen.loading.hide();
    return new Promise((resolve) => {
      const goOn = (): void => {
        this.screen.hideError();
        resolve();
      };
      this.screen.showError(error, [
        { label: "Try again", run: () => location.reload() },
        { label: "Play without it", run: goOn },
      ]);
    });
  }

  // ── A frame ──

  /** Advances the game by `seconds` of real time. */
  step(seconds: number): void {
    const { current, clock } = this;
    this.input.update();
    if (!current || this.pauses.paused) return;
    const dt = clock.advance(seconds);
    const { scene } = current;
    this.begin();
    clock.runTimers((run) => this.guard(run));
    this.fixedSteps(dt);
    scene.update(dt);
    scene.lateUpdate(dt);
    scene.bury();
    this.hear();
    this.audio.update();
    this.leave();
  }

  private begin(): void {
    for (const script of this.scene?.all(ScriptComponent) ?? []) if (script.attached) script.begin();
  }

  /** Physics advances in equal steps, whatever the screen does; what is left over shows as a blend of the last two. */
  private fixedSteps(dt: number): void {
    const { scene, physics } = this.current as OpenScene;
    const { fixedTimestep, maxSubSteps } = scene.level.settings.physics;
    const fixed = fixedTimestep ?? 1 / this.manifest.game.physicsTickRate;
    this.owed += dt;
    let steps = 0;
    while (this.owed >= fixed - 1e-9 && steps < maxSubSteps) {
      scene.fixedUpdate(fixed);
      physics?.step(fixed, tellScripts);
      this.owed -= fixed;
      steps += 1;
    }
    // A machine that cannot keep up plays slower rather than never again.
    if (steps === maxSubSteps) this.owed = Math.min(this.owed, fixed);
    physics?.interpolate(Math.min(Math.max(this.owed / fixed, 0), 1));
  }

  private hear(): void {
    const eye = this.scene?.camera?.eye;
    if (!eye) return;
    eye.updateWorldMatrix(true, false);
    this.audio.listenAt(eye.getWorldPosition(ears), eye.getWorldQuaternion(heading), forward, up);
  }

  private leave(): void {
    const { leaving } = this;
    if (!leaving) return;
    this.leaving = null;
    leaving.done(this.opener.during(() => this.open(leaving.name)));
  }

  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.problems.report(error);
    }
  }

  /** Paints the game as it stands; nothing moves by it. */
  draw(): void {
    if (this.scene) this.stage.draw(this.scene.root, this.eye);
  }

  /** Builds what a first frame needs on the GPU, while the page stays awake. */
  async prepare(): Promise<void> {
    if (this.scene) await this.stage.compile(this.scene.root, this.eye);
  }

  private get eye(): Camera {
    const camera = this.scene?.camera;
    camera?.fit(this.stage.aspect);
    return camera?.eye ?? this.opener.defaultEye(this.stage.aspect);
  }

  // ── Settings ──

  applySettings(patch: Partial<UserSettings>): UserSettings {
    const values = this.settings.update({ ...patch, volume: { ...this.settings.values.volume, ...patch.volume } });
    (["master", "music", "sfx", "voice"] as const).forEach((bus) => this.audio.setVolume(bus, values.volume[bus]));
    if (patch.resolution) this.limitResolution();
    if (values.graphicsPreset !== this.quality.preset) this.setQuality(values.graphicsPreset);
    if (patch.fullscreen !== undefined) void this.setFullscreen(patch.fullscreen).catch(() => undefined);
    return { ...values };
  }

  setQuality(preset: Preset): void {
    this.quality.preset = preset;
    this.settings.update({ graphicsPreset: preset });
    this.stage.fit();
    for (const light of this.scene?.all(Light) ?? []) light.refreshShadows();
    if (this.scene) void this.stage.useEffects(this.scene.level.settings.postProcessing);
  }

  /** Whoever plays may ask for fewer pixels than the screen has. */
  limitResolution(): void {
    const { resolution } = this.settings.values;
    const { width, height } = this.manifest.game.resolution;
    this.quality.mostPixels = resolution.width === width && resolution.height === height ? null : resolution;
    this.stage.fit();
  }

  async setFullscreen(on: boolean): Promise<void> {
    await requestFullscreen(this.screen.root, on);
  }

  quit(): void {
    this.events.emit("quit");
    this.pauses.add("quit");
    window.close(); // only a window that a script has opened obeys
  }
}
