/** What `import … from "aethel"` gives. The types that makers see are in `aethel.d.ts`; here is what stands behind them. */

import type { Bus, PlayOptions, Volumes } from "../audio/types";
import type { Preset } from "../core/manifest";
import type { Game } from "../game/game";
import { isPreset } from "../render/quality";
import type { Entity } from "../scene/entity";
import type { EntityData } from "../scene/format/types";
import type { SpawnOptions } from "../scene/scene";
import type { Vec3 } from "../math/vectors";
import type { PhysicsNode, RayOptions } from "../physics/types";
import { currentGame, currentScene, spawnPrefab } from "./current";

export { Script } from "../scripts/script";

export const scene = {
  get name(): string {
    return currentScene().name;
  },
  get entities(): Entity[] {
    return currentScene().entities;
  },
  find: (name: string): Entity | null => currentScene().find(name),
  findByTag: (tag: string): Entity[] => currentScene().findByTag(tag),
  byId: (id: string): Entity | null => currentScene().entity(id),
  spawn: (prefab: string, options: SpawnOptions = {}): Entity => spawnPrefab(prefab, options),
  create: (options: Partial<EntityData> & SpawnOptions = {}): Entity => currentScene().create(options),
  load: (name: string): Promise<void> => currentGame().changeScene(name),
  get camera(): Entity | null {
    return currentGame().camera?.entity ?? null;
  },
  get settings(): Game["environment"] {
    return currentGame().environment;
  },
};

export const physics = {
  raycast: (origin: Vec3, direction: Vec3, maxDistance = 1000, options: RayOptions = {}) =>
    currentGame().physics?.raycast(origin, direction, maxDistance, options) ?? null,
  overlapSphere: (center: Vec3, radius: number): PhysicsNode[] =>
    currentGame().physics?.overlapSphere(center, radius) ?? [],
  get gravity(): Vec3 {
    return currentGame().physics?.gravity ?? currentScene().level.settings.physics.gravity;
  },
  set gravity(gravity: Vec3) {
    const world = currentGame().physics;
    if (world) world.gravity = gravity;
  },
};

export const input = {
  axis: (action: string): number => currentGame().input.axis(action),
  pressed: (action: string): boolean => currentGame().input.pressed(action),
  held: (action: string): boolean => currentGame().input.held(action),
  released: (action: string): boolean => currentGame().input.released(action),
  key: (code: string): boolean => currentGame().input.key(code),
  get pointer(): Game["input"]["pointer"] {
    return currentGame().input.pointer;
  },
  get gamepads(): Game["input"]["gamepads"] {
    return currentGame().input.gamepads;
  },
  get touch(): boolean {
    return currentGame().input.touch;
  },
  rumble: (strength: number, duration: number): void => currentGame().input.rumble(strength, duration),
};

export const audio = {
  play: (clip: string, options: PlayOptions = {}) => currentGame().audio.play(clip, { ...options }),
  volume: (bus: keyof Volumes): number => currentGame().audio.volumes[bus],
  setVolume: (bus: Bus | "master", volume: number): void => {
    currentGame().applySettings({ volume: { ...currentGame().settings.values.volume, [bus]: volume } });
  },
  stopAll: (): void => currentGame().audio.stopAll(),
};

export const save = {
  write: (slot: string, data: unknown): Promise<boolean> => currentGame().saves.write(slot, data),
  read: (slot: string): Promise<unknown> => currentGame().saves.read(slot),
  list: () => currentGame().saves.list(),
  remove: (slot: string): Promise<void> => currentGame().saves.remove(slot),
};

export const game = {
  get config(): object {
    return currentGame().manifest.game;
  },
  get paused(): boolean {
    return currentGame().pauses.paused;
  },
  pause: (): void => currentGame().pauses.add("script"),
  resume: (): void => currentGame().pauses.remove("script"),
  quit: (): void => currentGame().quit(),
  get quality(): Preset {
    return currentGame().quality.preset;
  },
  setQuality: (quality: string): void => {
    if (isPreset(quality)) currentGame().setQuality(quality);
  },
  setFullscreen: (on: boolean): void =>
    void currentGame()
      .setFullscreen(on)
      .catch(() => undefined),
  get state(): Record<string, unknown> {
    return currentGame().state;
  },
  on: (event: string, listener: (data: unknown) => void): (() => void) => currentGame().events.on(event, listener),
  emit: (event: string, data?: unknown): void => currentGame().events.emit(event, data),
  get ui(): Game["screen"]["layer"] {
    return currentGame().screen.layer;
  },
};

export function random(min = 0, max = 1): number {
  return currentGame().random.between(min, max);
}

export const time = {
  get now(): number {
    return currentGame().clock.now;
  },
  get dt(): number {
    return currentGame().clock.dt;
  },
  get frame(): number {
    return currentGame().clock.frame;
  },
  get scale(): number {
    return currentGame().clock.scale;
  },
  set scale(scale: number) {
    currentGame().clock.scale = scale;
  },
  after: (seconds: number, run: () => void): (() => void) => currentGame().clock.after(seconds, run),
  every: (seconds: number, run: () => void): (() => void) => currentGame().clock.after(seconds, run, seconds),
};
