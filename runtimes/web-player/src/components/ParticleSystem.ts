/** A particle system shows many small, short-lived things: fire, smoke, rain. */

import { Vector3 } from "three";
import { readColor } from "../assets/materials";
import { asObject } from "../scene/format/settings";
import { readNumber, readRange } from "../math/vectors";
import { Component, fromData } from "./component";
import { Cloud } from "./particles/cloud";
import { EmissionRate, makeParticle, type Sizes } from "./particles/emitter";
import { isPresetName, motionOf, type Motion } from "./particles/presets";

interface ParticleData {
  presetName: string;
  /** Particles a second. */
  emissionRate: number;
  maxParticles: number;
  /** Seconds. */
  lifetime: unknown;
  startColor: unknown;
  endColor: unknown;
  startOpacity: number;
  endOpacity: number;
  /** Metres. */
  startSize: unknown;
  endSize: unknown;
  /** Those below default to what the preset says. */
  speed: unknown;
  spread: unknown;
  gravity: unknown;
  radius: unknown;
  blending: unknown;
  textureId: string;
  playOnAwake: boolean;
}

/** One system may not fill the memory. */
const MAX_PARTICLES = 100_000;

export class ParticleSystem extends Component<ParticleData, "library" | "problems" | "random"> {
  static readonly type = "ParticleSystem";
  static readonly defaults: ParticleData = {
    presetName: "default",
    emissionRate: 100,
    maxParticles: 1000,
    lifetime: { min: 1, max: 3 },
    startColor: "#ffffff",
    endColor: "#ffffff",
    startOpacity: 1,
    endOpacity: 0,
    startSize: { min: 1, max: 2 },
    endSize: { min: 0.5, max: 1 },
    speed: undefined,
    spread: undefined,
    gravity: undefined,
    radius: undefined,
    blending: undefined,
    textureId: "",
    playOnAwake: true,
  };

  emitting = this.data.playOnAwake;
  private cloud: Cloud | null = null;
  private readonly rate = new EmissionRate();
  private time = 0;
  private motion = this.readMotion();
  private sizes = this.readSizes();

  override load(): Promise<unknown> | undefined {
    return this.data.textureId
      ? this.services.library.texture(this.data.textureId, "color", `the particles of “${this.entity.name}”`)
      : undefined;
  }

  override attach(): void {
    if (!isPresetName(this.data.presetName)) {
      this.services.problems.warn(
        `“${this.entity.name}”: there is no particle preset “${this.data.presetName}”; the default one is used.`,
      );
    }
    const { startOpacity, endOpacity, textureId } = this.data;
    this.cloud = new Cloud(Math.min(Math.max(Math.floor(this.data.maxParticles), 1), MAX_PARTICLES), {
      startColor: readColor(this.data.startColor, "#ffffff"),
      endColor: readColor(this.data.endColor, "#ffffff"),
      startOpacity,
      endOpacity,
      gravity: this.motion.gravity,
      additive: this.motion.additive,
      texture: textureId ? this.services.library.loadedTexture(textureId, "color") : undefined,
    });
    this.time = 0;
    this.entity.scene.root.add(this.cloud.mesh); // particles stay where they were emitted when the entity moves on
  }

  override detach(): void {
    this.cloud?.dispose();
    this.cloud = null;
  }

  override setActive(active: boolean): void {
    if (this.cloud) this.cloud.mesh.visible = active;
  }

  private readMotion(): Motion {
    const preset = motionOf(this.data.presetName);
    const { speed, spread, gravity, radius, blending } = this.data;
    const gravityY = typeof gravity === "number" ? gravity : asObject(gravity)["y"];
    return {
      speed: readRange(speed, preset.speed),
      spread: readNumber(spread, preset.spread),
      gravity: readNumber(gravityY, preset.gravity),
      radius: readNumber(radius, preset.radius),
      additive: typeof blending === "string" ? blending === "additive" : preset.additive,
    };
  }

  private readSizes(): Sizes {
    const { lifetime, startSize, endSize } = this.data;
    return {
      lifetime: readRange(lifetime, { min: 1, max: 3 }),
      startSize: readRange(startSize, { min: 1, max: 2 }),
      endSize: readRange(endSize, { min: 0.5, max: 1 }),
    };
  }

  override lateUpdate(dt: number): void {
    this.time += dt;
    if (!this.cloud) return;
    this.cloud.time = this.time;
    if (this.emitting) this.emit(this.rate.take(this.data.emissionRate, dt));
  }

  // ── For scripts ──

  declare emissionRate: number;

  get count(): number {
    return this.cloud?.alive(this.time) ?? 0;
  }

  play(): void {
    this.emitting = true;
  }

  stop(): void {
    this.emitting = false;
  }

  emit(count: number): void {
    const { object3D } = this.entity;
    object3D.updateWorldMatrix(true, false);
    const rotation = this.entity.worldQuaternion();
    for (let i = 0; i < Math.min(count, this.data.maxParticles); i++) {
      const particle = makeParticle(this.services.random, this.motion, this.sizes);
      particle.velocity = new Vector3(...particle.velocity).applyQuaternion(rotation).toArray();
      this.cloud?.add(particle, new Vector3(...particle.offset).applyMatrix4(object3D.matrixWorld), this.time);
    }
  }

  clear(): void {
    this.cloud?.clear();
  }
}

fromData(ParticleSystem, "emissionRate");
