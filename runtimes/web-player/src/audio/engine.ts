/**
 * All sound. Everything is scheduled at a time of the context, so that the same code plays in real time and, for a renderer that drives the
 * game frame by frame, into an OfflineAudioContext.
 */

import { Vector3, type Quaternion } from "three";
import type { Downloads } from "../assets/downloads";
import { Cache } from "../assets/cache";
import { AssetError, messageOf } from "../core/errors";
import { MixTree } from "./mixtree";
import type { Bus, Doppler, PlayOptions, VoiceHost, Volumes } from "./types";
import { Voice } from "./voice";

/** A bus plays 2⁵ voices at once: more is noise. */
const TREE_DEPTH = 5;
const BUSES: Bus[] = ["music", "sfx", "voice"];
const DECODING_RATE_HZ = 48_000;

interface Output {
  context: BaseAudioContext;
  master: GainNode;
  trees: Record<Bus, { gain: GainNode; tree: MixTree }>;
}

export class AudioEngine implements VoiceHost<Voice> {
  /** Voices that sound now. */
  readonly voices = new Set<Voice>();
  readonly listenerPosition = new Vector3();
  doppler: Doppler = { factor: 1, speedOfSound: 343 };
  private output: Output | null = null;
  private readonly clips = new Cache<AudioBuffer>();
  /** Voices whose clip is not there yet. */
  private readonly loading = new Set<Voice>();
  /** Voices whose clip is there, but no gesture yet. */
  private readonly waiting = new Set<Voice>();
  private sceneVolume = 1;
  /** A renderer's clock: seconds of game since its context began. */
  private offlineClock: (() => number) | null = null;

  constructor(
    private readonly downloads: Downloads,
    private readonly pathOf: (reference: string, requester: string) => string,
    readonly volumes: Volumes,
  ) {}

  // ── Clips ──

  has(reference: string): boolean {
    return this.clips.get(reference) !== undefined;
  }

  load(reference: string, requester: string): Promise<AudioBuffer> {
    return this.clips.load(reference, async () => {
      const path = this.pathOf(reference, requester);
      const bytes = await this.downloads.bytes(path);
      try {
        // An offline context decodes before any gesture, and always at the same rate.
        return await new OfflineAudioContext(1, 1, DECODING_RATE_HZ).decodeAudioData(bytes);
      } catch (cause) {
        throw new AssetError(path, `“${path}” is no sound that this browser can play: ${messageOf(cause)}.`, { cause });
      }
    });
  }

  // ── Output ──

  /** Begins the output, with what waits for it: browsers want a gesture. Repeatable, because phones silence a page that was in the background. */
  unlock(): void {
    const context = this.output?.context ?? this.open(new AudioContext({ latencyHint: "interactive" }));
    if (context instanceof AudioContext && context.state === "suspended" && !this.suspended) void context.resume();
  }

  private open(context: BaseAudioContext): BaseAudioContext {
    this.output = makeOutput(context);
    this.applyVolumes();
    const waiting = [...this.waiting];
    this.waiting.clear();
    waiting.forEach((voice) => voice.start());
    return context;
  }

  private suspended = false;

  /** Silences the output while the game is paused. */
  suspend(suspended: boolean): void {
    this.suspended = suspended;
    const context = this.output?.context;
    if (!(context instanceof AudioContext)) return;
    void (suspended ? context.suspend() : context.resume());
  }

  /** Sends everything that sounds from now on into this context, at the game's own time. */
  useContext(context: BaseAudioContext, clock: () => number): void {
    this.stopAll();
    if (this.output?.context instanceof AudioContext) void this.output.context.close();
    this.offlineClock = context instanceof AudioContext ? null : clock;
    this.open(context);
  }

  /** Seconds of the context; 0 before there is one. */
  get now(): number {
    return this.offlineClock?.() ?? this.output?.context.currentTime ?? 0;
  }

  get context(): BaseAudioContext | null {
    return this.output?.context ?? null;
  }

  setVolume(bus: Bus | "master", volume: number): void {
    this.volumes[bus] = Math.min(Math.max(volume, 0), 1);
    this.applyVolumes();
  }

  setSceneVolume(volume: number): void {
    this.sceneVolume = volume;
    this.applyVolumes();
  }

  private applyVolumes(): void {
    if (!this.output) return;
    this.output.master.gain.setValueAtTime(this.volumes.master * this.sceneVolume, this.now);
    for (const bus of BUSES) this.output.trees[bus].gain.gain.setValueAtTime(this.volumes[bus], this.now);
  }

  // ── Playing ──

  /** Returns a voice at once; it sounds as soon as its clip is there. */
  play(reference: string, options: PlayOptions): Voice {
    const voice = new Voice(this, options);
    const clip = this.clips.get(reference);
    if (clip) voice.begin(clip);
    else void this.beginLater(voice, reference);
    return voice;
  }

  private async beginLater(voice: Voice, reference: string): Promise<void> {
    this.loading.add(voice);
    try {
      const clip = await this.load(reference, "a script");
      this.loading.delete(voice);
      voice.begin(clip);
    } catch (error) {
      console.warn(messageOf(error));
      voice.stop();
    }
  }

  connect(voice: Voice, bus: string): GainNode | null {
    const input = this.output?.trees[BUSES.includes(bus as Bus) ? (bus as Bus) : "sfx"].tree.allocate(voice) ?? null;
    if (input) this.voices.add(voice);
    return input;
  }

  waitForGesture(voice: Voice): void {
    this.waiting.add(voice);
  }

  release(voice: Voice): void {
    this.voices.delete(voice);
    this.waiting.delete(voice);
    this.loading.delete(voice);
    for (const bus of BUSES) this.output?.trees[bus].tree.release(voice);
  }

  stopAll(): void {
    for (const voice of [...this.voices, ...this.waiting, ...this.loading]) voice.stop();
  }

  /** Moves the place from which sound is heard. */
  moveListener(position: Vector3, rotation: Quaternion): void {
    if (!this.output || this.voices.size === 0) return;
    const { listener } = this.output.context;
    const at = this.now;
    this.listenerPosition.copy(position);
    const forward = new Vector3(0, 0, -1).applyQuaternion(rotation);
    const up = new Vector3(0, 1, 0).applyQuaternion(rotation);
    if (!("positionX" in listener)) {
      // Older Firefox has no parameters here.
      (listener as AudioListener).setPosition(position.x, position.y, position.z);
      (listener as AudioListener).setOrientation(forward.x, forward.y, forward.z, up.x, up.y, up.z);
      return;
    }
    const values: [AudioParam, number][] = [
      [listener.positionX, position.x],
      [listener.positionY, position.y],
      [listener.positionZ, position.z],
      [listener.forwardX, forward.x],
      [listener.forwardY, forward.y],
      [listener.forwardZ, forward.z],
      [listener.upX, up.x],
      [listener.upY, up.y],
      [listener.upZ, up.z],
    ];
    values.forEach(([parameter, value]) => parameter.setValueAtTime(value, at));
  }

  /** Ends the voices whose clips have ended, by the game's clock where there is no other. */
  update(): void {
    for (const voice of [...this.voices]) voice.update();
  }
}

function makeOutput(context: BaseAudioContext): Output {
  const master = context.createGain();
  master.connect(context.destination);
  const both = context.createGain();
  both.connect(master);
  const tree = (destination: AudioNode): { gain: GainNode; tree: MixTree } => {
    const gain = context.createGain();
    gain.connect(destination);
    return { gain, tree: new MixTree(context, gain, TREE_DEPTH) };
  };
  return { context, master, trees: { music: tree(both), sfx: tree(both), voice: tree(master) } };
}
