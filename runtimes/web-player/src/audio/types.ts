/** The types that the audio engine shares with its voices and with those who play them. */

import type { Vector3 } from "three";
import type { Vec3 } from "../math/vectors";

export type Bus = "music" | "sfx" | "voice";
export type Volumes = Record<Bus | "master", number>;

export interface PlayOptions {
  volume?: number;
  pitch?: number;
  loop?: boolean;
  bus?: string;
  position?: Vec3;
  minDistance?: number;
  maxDistance?: number;
  /** Waits for the first gesture rather than being dropped before it, as loops do. */
  waitForGesture?: boolean;
}

/** How much movement changes the pitch (0: not at all), and how fast sound is, m/s. */
export interface Doppler {
  factor: number;
  speedOfSound: number;
}

/** What a voice needs of the engine that it plays in. */
export interface VoiceHost<V> {
  /** Null before the first gesture. */
  readonly context: BaseAudioContext | null;
  /** Seconds of the context. */
  readonly now: number;
  readonly listenerPosition: Vector3;
  readonly doppler: Doppler;
  /** Gives the voice an input of the mixer until it is released; null when its bus is full. */
  connect(voice: V, bus: string): GainNode | null;
  waitForGesture(voice: V): void;
  release(voice: V): void;
}
