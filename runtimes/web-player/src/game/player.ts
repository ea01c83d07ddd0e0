/** A game on a page: its loop, and what the page does to it. */

import { Loop } from "../core/clock";
import type { BootManifest } from "../core/manifest";
import { fullscreenPossible, isFullscreen } from "../ui/fullscreen";
import { PauseMenu } from "../ui/pauseMenu";
import type { Screen } from "../ui/screen";
import { Game } from "./game";
import { mountHud } from "./hud";

declare global {
  interface Window {
    /** Set before the page's scripts by whoever will take the clock: nothing is drawn or moved until then. */
    AethelDriven?: boolean;
  }
}

export class Player {
  static current: Player | null = null;
  readonly game: Game;
  private readonly loop: Loop;
  private readonly menu: PauseMenu;
  private driven = window.AethelDriven === true;

  constructor(manifest: BootManifest, base: string, screen: Screen) {
    this.game = new Game(manifest, base, screen);
    this.loop = new Loop((dt) => this.frame(dt), manifest.game.maxFPS);
    this.menu = this.makeMenu();
    screen.add(this.game.input.controls.root);
    screen.add(this.menu.root);
    Player.current = this;
  }

  async start(): Promise<void> {
    const { game } = this;
    const { manifest, downloads, screen } = game;
    downloads.onProgress = (fraction) => screen.loading.progress(fraction);
    const splash = manifest.game.splashScreen && downloads.find(manifest.game.splashScreen);
    if (splash) screen.loading.splash(downloads.urlOf(splash));
    for (const told of game.debug ? ["problem", "warning"] : [])
      game.events.on(told, (text) => screen.note(String(text)));
    if (manifest.scripts) game.bundle.load(new URL(manifest.scripts, game.base).href);
    await game.open(manifest.game.startScene);
    mountHud(game);
    this.watchPage();
    if (!this.driven) await this.show();
    screen.loading.hide();
    if (!this.driven) this.loop.start();
    if (manifest.game.pwa) void this.registerWorker();
  }

  /** Draws the game as it begins, so that its picture is there when the loading screen fades. */
  private async show(): Promise<void> {
    await this.game.prepare();
    this.game.draw();
  }

  private frame(dt: number): void {
    const { game } = this;
    try {
      game.step(dt);
      if (game.input.pressed("pause") && game.manifest.game.pauseMenu) this.toggleMenu();
      game.draw();
      game.screen.countFrame();
    } catch (error) {
      this.loop.stop();
      game.problems.report(error);
      game.screen.showError(error, [{ label: "Reload", run: () => location.reload() }]);
    }
  }

  // ── Driven from outside ──

  async takeClock(seed: number): Promise<void> {
    this.driven = true;
    this.loop.stop();
    this.game.pauses.remove("hidden");
    await this.game.restart(seed);
  }

  async seed(seed: number): Promise<void> {
    if (this.driven) await this.game.restart(seed);
    else this.game.random.seed(seed);
  }

  audioGraph(context: BaseAudioContext): void {
    this.game.audio.useContext(context, () => this.game.soundTime);
  }

  /** Leaves the sky out of every picture; whether nothing else makes the picture opaque. */
  clearBackground(): boolean {
    const { game } = this;
    game.transparent = true;
    game.renderer.webgl.setClearColor(0, 0);
    return !game.renderer.hasEffects;
  }

  // ── The page ──

  private watchPage(): void {
    const { game } = this;
    document.addEventListener("visibilitychange", () => this.onVisibility());
    this.onVisibility();
    for (const gesture of ["pointerdown", "keydown", "touchend"])
      addEventListener(gesture, () => game.audio.unlock(), { capture: true, passive: true });
    if (game.settings.values.fullscreen) {
      addEventListener("pointerup", () => void game.setFullscreen(true).catch(() => undefined), { once: true });
    }
    addEventListener("keydown", (event) => this.onKey(event));
    this.watchContext();
  }

  private onVisibility(): void {
    if (this.driven) return;
    if (document.hidden) this.game.pauses.add("hidden");
    else this.game.pauses.remove("hidden");
    this.game.input.releaseAll();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.code === "F11") {
      event.preventDefault();
      void this.game.setFullscreen(!isFullscreen()).catch(() => undefined);
    }
    if (event.code === "F3") {
      event.preventDefault();
      this.game.screen.toggleFps();
    }
  }

  /** The browser may take the GPU away, and give it back. three.js uploads again what it knows; what was made on the GPU is made anew. */
  private watchContext(): void {
    const { game } = this;
    const { canvas } = game.screen;
    canvas.addEventListener("webglcontextlost", () => game.pauses.add("context"));
    canvas.addEventListener("webglcontextrestored", () => {
      game.environment?.reflect(game.renderer.webgl);
      if (game.scene) void game.renderer.useEffects(game.scene.level.settings.postProcessing);
      game.pauses.remove("context");
    });
  }

  private async registerWorker(): Promise<void> {
    if (self.origin === "null") return; // a sandboxed frame: even to look for service workers throws there
    if (!("serviceWorker" in navigator)) return; // no https, or a film
    try {
      await navigator.serviceWorker.register(new URL("sw.js", this.game.base));
    } catch (error) {
      console.warn("The game will not work offline:", error); // no https, or a browser that keeps nothing
    }
  }

  // ── The menu ──

  private toggleMenu(): void {
    if (this.menu.open) {
      this.menu.hide();
      this.game.pauses.remove("menu");
    } else {
      this.game.input.pointer.unlock();
      this.game.pauses.add("menu");
      this.menu.show();
    }
  }

  private makeMenu(): PauseMenu {
    const { game } = this;
    return new PauseMenu({
      resume: () => this.toggleMenu(),
      volumes: () => game.audio.volumes,
      setVolume: (bus, volume) =>
        void game.applySettings({ volume: { ...game.settings.values.volume, [bus]: volume } }),
      preset: () => game.quality.preset,
      setPreset: (preset) => game.setQuality(preset),
      fullscreen: {
        possible: fullscreenPossible(),
        on: isFullscreen,
        set: (on) => void game.setFullscreen(on).catch(() => undefined),
      },
    });
  }
}
