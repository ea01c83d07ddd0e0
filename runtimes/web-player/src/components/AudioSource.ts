/** Plays a clip, from where the entity is or from everywhere. */

import { Vector3 } from "three";
import type { Voice } from "../audio/voice";
import { messageOf } from "../core/errors";
import { Component } from "./component";

interface AudioData {
  clipId: string;
  volume: number;
  pitch: number;
  loop: boolean;
  playOnAwake: boolean;
  /** A positional sound is louder when near, and comes from its side. */
  spatial: boolean;
  minDistance: number;
  maxDistance: number;
  /** `music`, `sfx` or `voice`: which of the volume sliders counts. */
  bus: string;
}

export class AudioSource extends Component<AudioData, "audio" | "problems"> {
  static readonly type = "AudioSource";
  static readonly defaults: AudioData = {
    clipId: "",
    volume: 1,
    pitch: 1,
    loop: false,
    playOnAwake: false,
    spatial: true,
    minDistance: 1,
    maxDistance: 100,
    bus: "sfx",
  };

  private voice: Voice | null = null;
  private wasActive = false;

  override load(): Promise<unknown> | undefined {
    const { clipId } = this.data;
    if (clipId === "" || this.services.audio.has(clipId)) return undefined;
    return this.services.audio.load(clipId, `the sound of “${this.entity.name}”`);
  }

  override detach(): void {
    this.stop();
  }

  /** A script may have begun to play it before it was attached. */
  override dispose(): void {
    super.dispose();
    this.stop();
  }

  override setActive(active: boolean): void {
    if (!active) this.stop();
    else if (this.data.playOnAwake && !this.wasActive) this.play();
    this.wasActive = active;
  }

  override lateUpdate(dt: number): void {
    if (this.data.spatial && this.playing) this.voice?.moveTo(this.entity.object3D.getWorldPosition(new Vector3()), dt);
  }

  // ── For scripts ──

  get playing(): boolean {
    return this.voice?.playing ?? false;
  }

  get volume(): number {
    return this.data.volume;
  }

  set volume(volume: number) {
    this.data.volume = volume;
    if (this.voice) this.voice.volume = volume;
  }

  get pitch(): number {
    return this.data.pitch;
  }

  set pitch(pitch: number) {
    this.data.pitch = pitch;
    if (this.voice) this.voice.pitch = pitch;
  }

  get loop(): boolean {
    return this.data.loop;
  }

  set loop(loop: boolean) {
    this.data.loop = loop;
    this.voice?.setLoop(loop);
  }

  get clip(): string {
    return this.data.clipId;
  }

  set clip(clip: string) {
    this.stop();
    this.data.clipId = clip;
    this.load()?.catch((error: unknown) => this.services.problems.warn(messageOf(error)));
  }

  play(): void {
    if (this.voice?.paused) return this.voice.resume();
    this.stop();
    if (this.disposed || this.data.clipId === "") return;
    const { volume, pitch, loop, spatial, minDistance, maxDistance, bus } = this.data;
    this.voice = this.services.audio.play(this.data.clipId, {
      ...{ volume, pitch, loop, bus, minDistance, maxDistance, waitForGesture: !this.wasActive },
      ...(spatial ? { position: this.entity.worldPosition() } : {}),
    });
  }

  pause(): void {
    this.voice?.pause();
  }

  stop(): void {
    this.voice?.stop();
    this.voice = null;
  }
}
