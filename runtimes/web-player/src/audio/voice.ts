/** A voice: one sound that plays. */

import type { Vector3 } from "three";
import type { Vec3 } from "../math/vectors";
import type { Doppler, PlayOptions, VoiceHost } from "./types";

/** Volume changes take this long, so that they do not click. */
const RAMP_S = 0.01;

/** The change of pitch by movement, at most an octave: what jumps has no speed. */
export function dopplerRate(receding: number, { factor, speedOfSound }: Doppler): number {
  return Math.min(Math.max(speedOfSound / Math.max(speedOfSound + receding * factor, 1), 0.5), 2);
}

export class Voice {
  private source: AudioBufferSourceNode | null = null;
  private gain: GainNode | null = null;
  private panner: PannerNode | null = null;
  private clip: AudioBuffer | null = null;
  private startedAt = 0;
  private offset = 0;
  private distance: number | null = null;
  private stopped = false;
  paused = false;

  constructor(
    private readonly host: VoiceHost<Voice>,
    private readonly options: PlayOptions,
  ) {}

  /** Also true while the voice waits for its clip. */
  get playing(): boolean {
    return !this.stopped && !this.paused;
  }

  /** Begins to play the clip, which is there now. */
  begin(clip: AudioBuffer): void {
    if (this.stopped) return;
    this.clip = clip;
    if (!this.paused) this.start();
  }

  /** Starts the source. A short sound before the first gesture is dropped, not made up for later. */
  start(): void {
    const { host, options, clip } = this;
    const { context } = host;
    if (!context) return options.loop || options.waitForGesture ? host.waitForGesture(this) : this.stop();
    const input = host.connect(this, options.bus ?? "sfx");
    if (!input || !clip) return this.stop();
    this.gain = context.createGain();
    this.gain.gain.setValueAtTime(options.volume ?? 1, host.now);
    this.source = context.createBufferSource();
    this.source.buffer = clip;
    this.source.loop = options.loop ?? false;
    this.source.playbackRate.setValueAtTime(options.pitch ?? 1, host.now);
    this.panner = options.position ? this.makePanner(context) : null;
    if (this.panner) this.gain.connect(this.panner).connect(input);
    else this.gain.connect(input);
    this.source.connect(this.gain);
    this.source.start(host.now, this.offset % clip.duration);
    this.startedAt = host.now;
  }

  private makePanner(context: BaseAudioContext): PannerNode {
    const panner = context.createPanner();
    panner.panningModel = "HRTF";
    panner.distanceModel = "linear";
    panner.refDistance = this.options.minDistance ?? 1;
    panner.maxDistance = Math.max(this.options.maxDistance ?? 100, panner.refDistance + 1e-3);
    this.place(panner, this.options.position as Vec3);
    return panner;
  }

  private place(panner: PannerNode, { x, y, z }: Vec3): void {
    const at = this.host.now;
    panner.positionX.setValueAtTime(x, at);
    panner.positionY.setValueAtTime(y, at);
    panner.positionZ.setValueAtTime(z, at);
  }

  /** `dt`: seconds since the last call; what approaches sounds higher. */
  moveTo(position: Vec3, dt: number): void {
    if (!this.panner) return;
    this.place(this.panner, position);
    const { listenerPosition, doppler, now } = this.host;
    const distance = listenerPosition.distanceTo(position as Vector3);
    const receding = this.distance === null || dt <= 0 ? 0 : (distance - this.distance) / dt;
    this.distance = distance;
    this.source?.playbackRate.setValueAtTime(this.pitch * dopplerRate(receding, doppler), now);
  }

  /** Seconds of the clip that have been played. */
  private get played(): number {
    return (this.host.now - this.startedAt) * this.pitch;
  }

  update(): void {
    if (this.clip && this.source && !this.source.loop && this.offset + this.played >= this.clip.duration) this.stop();
  }

  get volume(): number {
    return this.options.volume ?? 1;
  }

  set volume(volume: number) {
    this.options.volume = volume;
    this.gain?.gain.setTargetAtTime(volume, this.host.now, RAMP_S);
  }

  get pitch(): number {
    return this.options.pitch ?? 1;
  }

  set pitch(pitch: number) {
    this.offset += this.source ? this.played : 0;
    this.startedAt = this.host.now;
    this.options.pitch = pitch;
    this.source?.playbackRate.setValueAtTime(pitch, this.host.now);
  }

  setLoop(loop: boolean): void {
    this.options.loop = loop;
    if (this.source) this.source.loop = loop;
  }

  pause(): void {
    if (this.paused || this.stopped) return;
    this.paused = true;
    this.offset += this.source ? this.played : 0;
    this.silence(this.host.now);
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.clip) this.start();
  }

  /** `fade` in seconds. */
  stop(fade = 0): void {
    if (this.stopped) return;
    this.stopped = true;
    if (fade > 0) this.gain?.gain.setTargetAtTime(0, this.host.now, fade / 3);
    this.silence(this.host.now + fade);
  }

  private silence(at: number): void {
    this.source?.stop(at);
    this.source = null;
    this.host.release(this);
  }
}
