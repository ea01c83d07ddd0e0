/** The page's script: reads the manifest, starts the game, offers the two interfaces to the outside. */

import { bind } from "./api/current";
import { DEFAULT_CONFIG, readManifest, type BootManifest } from "./core/manifest";
import { GameError } from "./core/errors";
import { Player } from "./game/player";
import type { FilmView } from "./render/filmView";
import { type AethelRuntime, makeRuntime } from "./host/runtime";
import { Screen } from "./ui/screen";

declare global {
  interface Window {
    AethelRuntime?: AethelRuntime;
  }
}

/** Rejects when a part of the game is missing: that stops a renderer at once, while whoever plays is asked. */
let rejectMissing: (error: unknown) => void = () => undefined;
const missing = new Promise<never>((_, reject) => (rejectMissing = reject));
missing.catch(() => undefined);

async function boot(): Promise<Player> {
  const base = new URL(".", document.baseURI).href;
  const root = document.getElementById("aethel") ?? document.body;
  const screen = new Screen(root, document.title || DEFAULT_CONFIG.name);
  try {
    const manifest: BootManifest = await readManifest(base);
    const player = new Player(manifest, base, screen);
    bind(player.game);
    player.game.events.on("missing", (error) => rejectMissing(error));
    window.AethelRuntime = makeRuntime(player.game, window.AethelRuntime);
    await player.start();
    return player;
  } catch (error) {
    screen.loading.hide();
    if (!screen.errorShown) screen.showError(error, [{ label: "Try again", run: () => location.reload() }]);
    console.error(error instanceof GameError ? `${error.title}: ${error.message}` : error);
    throw error;
  }
}

const started = boot();
started.catch(() => undefined); // the panel shows it; who asks by ready() is told too

/** For renderers and tests: the game, frame by frame. */
Object.assign(window, {
  AethelPlayer: {
    /** Resolves when the first scene is there; rejects with why it is not. */
    ready: async (): Promise<void> => void (await Promise.race([started, missing])),
    /** Ends the page's own loop and begins the scene anew, at time 0: from now on it moves by `step` alone. */
    takeClock: async (seed = 1): Promise<void> => (await started).takeClock(seed),
    /** Begins the scene anew with other random numbers. */
    seed: async (seed: number): Promise<void> => (await started).seed(seed),
    step: (dt: number): void => Player.current?.game.step(dt),
    draw: (): void => Player.current?.game.draw(),
    resize: (width: number, height: number, pixelRatio = 1): void =>
      Player.current?.game.renderer.resize(width, height, pixelRatio),
    /** Sends all sound into another context, at the game's own time: call it before `takeClock` or `seed`. */
    audioGraph: async (context: BaseAudioContext): Promise<void> => (await started).audioGraph(context),
    loadScene: async (name: string): Promise<void> => (await started).game.open(name),
    /** Lets the game be seen from there; null: through its own camera. */
    lookFrom: (view: FilmView | null): void => {
      if (Player.current) Player.current.game.view = view;
    },
    /** Holds one of the game's actions, −1 to 1; null lets it go. Whether the game has it. */
    act: (name: string, value: number | null): boolean => Player.current?.game.input.act(name, value) ?? false,
    /** Leaves the sky out of the picture; false where post-processing still makes it opaque. */
    clearBackground: (): boolean => Player.current?.clearBackground() ?? false,
    /** What is being loaded, so that the game should not be stepped yet. */
    get loading(): string | null {
      return Player.current?.game.loading ?? null;
    },
    /** The longest step, seconds: in longer ones the game plays slower. */
    get longestStep(): number | undefined {
      return Player.current?.game.longestStep;
    },
    /** Seconds for which sound has played since the clock was taken: it rests while the game is paused. */
    get soundTime(): number {
      return Player.current?.game.soundTime ?? 0;
    },
    get canvas(): HTMLCanvasElement | undefined {
      return Player.current?.game.screen.canvas;
    },
    get game(): Player["game"] | undefined {
      return Player.current?.game;
    },
    get problems(): readonly string[] {
      return Player.current?.game.problems.all ?? [];
    },
  },
});
