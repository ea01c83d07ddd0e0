/** What `import … from "aethel"` gives. The types that makers see are in `aethel.d.ts`; here is what stands behind them. */

import type { Bus, PlayOptions, Volumes } from "../audio/engine";
import type { Preset } from "../core/manifest";
import type { Game } from "../game/game";
import { GameError } from "../core/errors";
import { isPreset } from "../render/quality";
import type { Entity } from "../scene/entity";
import type { EntityData } from "../scene/format/types";
import type { Scene, SpawnOptions } from "../scene/scene";
import type { Vec3 } from "../math/vectors";
import type { RayOptions } from "../physics/types";

export { Script } from "../scripts/script";

let running: Game | null = null;

/** The player says which game the scripts are in. */
export function bind(game_: Game): void {
  running = game_;
}

function the(): Game {
  if (!running) throw new GameError("No game", "The scripting API works only inside a running game.");
  return running;
}

function here(): Scene {
  const current = the().scene;
  if (!current) throw new GameError("No scene", "No scene is open yet: use the API in start() or later.");
  return current;
}

export const scene = {
  get name(): string {
    return here().name;
  },
  get entities(): Entity[] {
    return here().entities;
  },
  find: (name: string): Entity | null => here().find(name),
  findByTag: (tag: string): Entity[] => here().findByTag(tag),
  byId: (id: string): Entity | null => here().entity(id),
  spawn(prefab: string, options: SpawnOptions = {}): Entity {
    const found = here().prefabs.get(prefab);
    if (!found) throw new GameError("No such prefab", `There is no prefab “${prefab}” in the scene “${here().name}”.`);
    return here().spawn(found, options);
  },
  create: (options: Partial<EntityData> & SpawnOptions = {}): Entity => here().create(options),
  load: (name: string): Promise<void> => the().changeScene(name),
  get camera(): Entity | null {
    return here().camera?.entity ?? null;
  },
  get settings(): Game["surroundings"] {
    return the().surroundings;
  },
};

export const physics = {
  raycast: (origin: Vec3, direction: Vec3, maxDistance = 1000, options: RayOptions = {}) =>
    the().physics?.raycast(origin, direction, maxDistance, options) ?? null,
  overlapSphere: (center: Vec3, radius: number): Entity[] => the().physics?.overlapSphere(center, radius) ?? [],
  get gravity(): Vec3 {
    return the().physics?.gravity ?? here().level.settings.physics.gravity;
  },
  set gravity(gravity: Vec3) {
    const world = the().physics;
    if (world) world.gravity = gravity;
  },
};

export const input = {
  axis: (action: string): number => the().input.axis(action),
  pressed: (action: string): boolean => the().input.pressed(action),
  held: (action: string): boolean => the().input.held(action),
  released: (action: string): boolean => the().input.released(action),
  key: (code: string): boolean => the().input.key(code),
  get pointer(): Game["input"]["pointer"] {
    return the().input.pointer;
  },
  get gamepads(): Game["input"]["gamepads"] {
    return the().input.gamepads;
  },
  get touch(): boolean {
    return the().input.touch;
  },
  rumble: (strength: number, duration: number): void => the().input.rumble(strength, duration),
};

export const audio = {
  play: (clip: string, options: PlayOptions = {}) => the().audio.play(clip, { ...options }),
  volume: (bus: keyof Volumes): number => the().audio.volumes[bus],
  setVolume: (bus: Bus | "master", volume: number): void => {
    the().applySettings({ volume: { ...the().settings.values.volume, [bus]: volume } });
  },
  stopAll: (): void => the().audio.stopAll(),
};

export const save = {
  write: (slot: string, data: unknown): Promise<boolean> => the().saves.write(slot, data),
  read: (slot: string): Promise<unknown> => the().saves.read(slot),
  list: () => the().saves.list(),
  remove: (slot: string): Promise<void> => the().saves.remove(slot),
};

export const game = {
  get config(): object {
    return the().manifest.game;
  },
  get paused(): boolean {
    return the().pauses.paused;
  },
  pause: (): void => the().pauses.add("script"),
  resume: (): void => the().pauses.remove("script"),
  quit: (): void => the().quit(),
  get quality(): Preset {
    return the().quality.preset;
  },
  setQuality: (quality: string): void => {
    if (isPreset(quality)) the().setQuality(quality);
  },
  setFullscreen: (on: boolean): void =>
    void the()
      .setFullscreen(on)
      .catch(() => undefined),
  get state(): Record<string, unknown> {
    return the().state;
  },
  on: (event: string, listener: (data: unknown) => void): (() => void) => the().events.on(event, listener),
  emit: (event: string, data?: unknown): void => the().events.emit(event, data),
  get ui(): Game["screen"]["layer"] {
    return the().screen.layer;
  },
};

export function random(min = 0, max = 1): number {
  return the().random.between(min, max);
}

export const time = {
  get now(): number {
    return the().clock.now;
  },
  get dt(): number {
    return the().clock.dt;
  },
  get frame(): number {
    return the().clock.frame;
  },
  get scale(): number {
    return the().clock.scale;
  },
  set scale(scale: number) {
    the().clock.scale = Math.max(scale, 0);
  },
  after: (seconds: number, run: () => void): (() => void) => the().clock.after(seconds, run),
  every: (seconds: number, run: () => void): (() => void) => the().clock.after(seconds, run, seconds),
};
