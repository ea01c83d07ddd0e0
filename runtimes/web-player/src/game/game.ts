/** A game that runs: everything it has, and what happens in a frame. */

import { Quaternion, Vector3, type Camera as ThreeCamera } from "three";
import { Downloads } from "../assets/downloads";
import { Library } from "../assets/library";
import { AudioEngine } from "../audio/engine";
import { componentFactory } from "../components";
import { mainCamera, type Camera } from "../components/Camera";
import { Light } from "../components/Light";
import { Clock, LONGEST_FRAME_S } from "../core/clock";
import { GameError } from "../core/errors";
import { Events } from "../core/events";
import { FixedSteps, mostSteps } from "../core/fixedSteps";
import type { BootManifest, Preset } from "../core/manifest";
import { Pauses } from "../core/pauses";
import { Problems } from "../core/problems";
import { Random } from "../core/random";
import { Saves, type Settings } from "../core/storage";
import { Input } from "../input/input";
import { dispatchContact } from "../physics/contacts";
import type { PhysicsWorld } from "../physics/types";
import { defaultCamera } from "../render/defaultCamera";
import type { Environment } from "../render/environment";
import { FilmCamera, type FilmView } from "../render/filmView";
import { Quality } from "../render/quality";
import { Renderer } from "../render/renderer";
import { ShadowBudget } from "./shadowBudget";
import type { Scene } from "../scene/scene";
import { SceneLoader, type LoadedScene } from "../scene/sceneLoader";
import { Bundle } from "../scripts/bundle";
import { requestFullscreen } from "../ui/fullscreen";
import type { Screen } from "../ui/screen";
import { SceneChange } from "./sceneChange";
import { readUserSettings, type UserSettings } from "./userSettings";

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
  readonly renderer: Renderer;
  readonly downloads: Downloads;
  readonly library: Library;
  readonly audio: AudioEngine;
  readonly input: Input;
  readonly pauses: Pauses;
  private readonly shadows: ShadowBudget;
  private readonly loader: SceneLoader;
  private readonly sceneChange = new SceneChange();
  private readonly fixedSteps = new FixedSteps();
  /** From where a film sees the game; null: through its own camera. */
  view: FilmView | null = null;
  /** Whether the sky is left out of the picture. */
  transparent = false;
  /** Seconds for which sound has played since the game began: it rests while the game is paused. */
  soundTime = 0;
  private readonly filmCamera = new FilmCamera();
  private current: LoadedScene | null = null;
  /** The game's time when the current scene began. */
  private sceneBegan = 0;
  /** Settled when no scene is being opened: one after the other. */
  private opening: Promise<unknown> = Promise.resolve();

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
    this.quality = new Quality(this.settings.values.graphicsPreset, config);
    this.renderer = new Renderer(screen.canvas, config.antialiasing, this.quality);
    this.downloads = new Downloads(base, manifest.files);
    this.library = new Library(this.downloads, this.renderer.webgl, this.quality.textureSide);
    this.audio = new AudioEngine(this.downloads, (reference, requester) => this.library.path(reference, requester), {
      ...this.settings.values.volume,
    });
    this.input = new Input(screen.canvas, config);
    this.pauses = new Pauses((silent) => this.audio.suspend(silent));
    this.shadows = this.makeShadowBudget();
    this.loader = this.makeLoader();
    this.limitResolution();
  }

  private makeShadowBudget(): ShadowBudget {
    const { renderer, problems } = this;
    const { capabilities, info } = renderer.webgl;
    return new ShadowBudget(
      problems,
      { textures: capabilities.maxTextures, varyings: capabilities.maxVaryings },
      () => info.programs?.length ?? 0,
    );
  }

  private makeLoader(): SceneLoader {
    const { audio, bundle, downloads, library, problems, quality, random, renderer } = this;
    return new SceneLoader({
      scenes: this.manifest.scenes,
      navigation: this.manifest.navigation,
      downloads,
      renderer,
      services: { audio, library, problems, quality, random, scripts: bundle, viewport: renderer },
      factory: componentFactory,
      scriptsReady: () => bundle.ready,
      confirmMissing: (error) => this.confirmMissing(error),
    });
  }

  get debug(): boolean {
    return this.manifest.configuration === "debug";
  }

  get scene(): Scene | null {
    return this.current?.scene ?? null;
  }

  get environment(): Environment | null {
    return this.current?.environment ?? null;
  }

  get physics(): PhysicsWorld | null {
    return this.current?.physics.world ?? null;
  }

  /** What the player looks through; null where the scene has no camera. */
  get camera(): Camera | null {
    return this.scene && mainCamera(this.scene);
  }

  // ── Scenes ──

  /** A scene as it stands in its file. */
  readScene(name: string): Promise<object> {
    return this.loader.readFile(name);
  }

  /** Shows a scene in place of the current one. Rejects with what is wrong with it; the old one then stays. */
  open(name: string): Promise<void> {
    const opened = this.opening.then(() => this.replaceScene(name));
    this.opening = opened.catch(() => undefined);
    return opened;
  }

  private async replaceScene(name: string): Promise<void> {
    const next = await this.loader.load(name).catch((error: unknown) => {
      this.keepScene();
      throw error;
    });
    this.close();
    this.current = next;
    this.fixedSteps.reset();
    this.sceneBegan = this.clock.now;
    next.scene.attach(next.scene.components());
    this.library.dropUnused();
    this.renderer.useRendering(next.scene.level.settings.rendering);
    const { masterVolume, dopplerFactor, speedOfSound } = next.scene.level.settings.audio;
    this.audio.setSceneVolume(masterVolume);
    this.audio.doppler = { factor: dopplerFactor, speedOfSound };
    this.events.emit("scene", name);
  }

  /** Goes back to the current scene's assets and effects, after another scene could not be loaded. */
  private keepScene(): void {
    if (!this.scene) return;
    this.library.open(this.scene.level);
    void this.renderer.useEffects(this.scene.level.settings.postProcessing);
  }

  /** Ends the current scene, with what its scripts have paused, timed and laid over the picture. */
  private close(): void {
    if (!this.current) return;
    this.current.dispose();
    this.current = null;
    this.clock.clearTimers();
    this.pauses.remove("script");
    this.screen.layer.clear();
  }

  /** Asks for another scene at the end of the frame; resolves when it has begun. */
  changeScene(name: string): Promise<void> {
    if (!this.pauses.ended) return this.sceneChange.ask(name);
    return Promise.reject(new GameError("The game has ended", `The scene “${name}” can no longer be loaded.`));
  }

  private async openWithLoadingScreen(name: string): Promise<void> {
    const { screen, pauses, downloads } = this;
    pauses.add("loading");
    downloads.restartProgress();
    screen.loading.show();
    try {
      await this.open(name);
    } catch (error) {
      this.problems.report(error);
      pauses.add("error");
      this.sceneChange.cancel(error);
      screen.showError(error, [{ label: "Reload", run: () => location.reload() }]);
      throw error;
    } finally {
      screen.loading.hide();
      pauses.remove("loading");
    }
  }

  /** Begins the scene anew: for renderers, which want the same frames every time. */
  async restart(seed: number): Promise<void> {
    const name = this.scene?.name ?? this.manifest.game.startScene;
    this.random.seed(seed);
    this.clock.reset();
    this.soundTime = 0;
    this.audio.stopAll();
    for (const key of Object.keys(this.state)) delete this.state[key];
    await this.open(name);
  }

  /** Shows what is missing; resolves when whoever plays wants to go on without it. A renderer is told at once. */
  private confirmMissing(error: GameError): Promise<void> {
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

  /** Advances the game by `seconds` of real time. A paused game stands still, but scenes change and what is destroyed goes. */
  step(seconds: number): void {
    const { current, pauses } = this;
    this.input.update();
    if (!current) return;
    const { paused } = pauses;
    if (!pauses.silent) this.soundTime += seconds;
    if (!paused) this.advance(current, seconds);
    current.scene.removeDestroyed();
    if (!paused) this.updateSound();
    if (!pauses.blockSceneChange) this.applySceneChange();
  }

  private advance({ scene, physics }: LoadedScene, seconds: number): void {
    const { clock } = this;
    const { stepLength, longestFrame } = this.pace(scene);
    const dt = clock.advance(seconds, longestFrame);
    scene.beforeFrame();
    clock.runTimers((run) => this.guard(run));
    const alpha = this.fixedSteps.advance(dt, stepLength, (time) =>
      clock.inStep(this.sceneBegan + time, stepLength, () => {
        if (scene.watchesSteps) physics.world?.showLatest();
        scene.fixedUpdate(stepLength);
        physics.world?.step(stepLength, dispatchContact);
      }),
    );
    physics.world?.interpolate(alpha);
    scene.update(dt);
    scene.lateUpdate(dt);
  }

  /** The longest step that does not make the game play slower, seconds. */
  get longestStep(): number {
    return this.scene ? Math.min(this.pace(this.scene).longestFrame, LONGEST_FRAME_S) : LONGEST_FRAME_S;
  }

  /** What is being loaded, so that whoever steps the game should wait; null when all is there. */
  get loading(): string | null {
    if (this.pauses.has("loading")) return "a scene";
    return this.scene && this.scene.loading > 0 ? "what has been spawned" : null;
  }

  /** Seconds of a physics step, and of a frame at most: beyond, not physics alone plays slower, but the game. */
  private pace(scene: Scene): { stepLength: number; longestFrame: number } {
    const { fixedTimestep, maxSubSteps } = scene.level.settings.physics;
    const { game } = this.manifest;
    const stepLength = game.fixedTimestep ?? fixedTimestep ?? 1 / game.physicsTickRate;
    return { stepLength, longestFrame: (maxSubSteps ?? mostSteps(stepLength)) * stepLength };
  }

  private updateSound(): void {
    this.updateListener();
    this.audio.update();
  }

  /** Moves the listener to where the camera is. */
  private updateListener(): void {
    const camera = this.view ? this.fittedCamera() : this.camera?.threeCamera;
    if (!camera) return;
    camera.updateWorldMatrix(true, false);
    this.audio.moveListener(camera.getWorldPosition(new Vector3()), camera.getWorldQuaternion(new Quaternion()));
  }

  private applySceneChange(): void {
    this.sceneChange.apply((name) => this.openWithLoadingScreen(name));
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
    if (!this.scene) return;
    if (this.transparent) this.environment?.clear();
    const camera = this.fittedCamera();
    this.shadows.share(this.scene, camera);
    this.renderer.draw(this.scene.root, camera);
  }

  /** Builds what a first frame needs on the GPU, while the page stays awake. */
  async prepare(): Promise<void> {
    if (!this.scene) return;
    const camera = this.fittedCamera();
    this.shadows.share(this.scene, camera);
    await this.renderer.compile(this.scene.root, camera);
  }

  private fittedCamera(): ThreeCamera {
    const { camera } = this;
    const { aspect } = this.renderer;
    camera?.fit(aspect);
    const own = camera?.threeCamera ?? defaultCamera(aspect);
    return this.view ? this.filmCamera.seeing(this.view, own, aspect) : own;
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
    this.renderer.fit();
    for (const light of this.scene?.all(Light) ?? []) light.refreshShadows();
    if (this.scene) void this.renderer.useEffects(this.scene.level.settings.postProcessing);
  }

  /** Draws no more pixels than whoever plays has asked for. */
  private limitResolution(): void {
    const { resolution } = this.settings.values;
    const { width, height } = this.manifest.game.resolution;
    this.quality.maxPixels = resolution.width === width && resolution.height === height ? null : resolution;
    this.renderer.fit();
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
