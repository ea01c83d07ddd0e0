/** Plays a model's animations: by a controller's states and transitions, or the first clip when there is none. */

import type { AnimationClip } from "three";
import { splitReference } from "../core/paths";
import { Component } from "./component";
import { next, parametersOf, readController, type Controller, type Parameter } from "./animation/controller";
import type { ClipPlayer } from "./animation/mixer";
import { MeshRenderer } from "./MeshRenderer";

interface AnimatorData {
  controllerPath: string;
  parameters: Record<string, Parameter>;
  rootMotion: boolean;
}

const FADE_S = 0.2;

export class Animator extends Component<AnimatorData, "library" | "problems"> {
  static readonly type = "Animator";
  static readonly defaults: AnimatorData = { controllerPath: "", parameters: {}, rootMotion: false };

  speed = 1;
  state: string | null = null;
  private controller: Controller | null = null;
  private player: ClipPlayer | null = null;
  private ClipPlayer: typeof ClipPlayer | null = null;
  private renderer: MeshRenderer | null = null;
  /** In a state without a clip. */
  private resting = false;
  private readonly parameters = new Map<string, Parameter>();
  private readonly triggers = new Set<string>();

  override async load(): Promise<void> {
    const { controllerPath } = this.data;
    const requester = `the Animator of “${this.entity.name}”`;
    const [chunk, json] = await Promise.all([
      import("./animation/mixer"),
      controllerPath ? this.services.library.json(controllerPath, requester) : undefined,
    ]);
    this.ClipPlayer = chunk.ClipPlayer;
    this.controller = json === undefined ? null : readController(json);
    const others = (this.controller?.states ?? [])
      .filter(({ clip }) => clip?.includes("#"))
      .map(({ clip }) => splitReference(clip as string)[0]);
    await Promise.all([...new Set(others)].map((model) => this.services.library.loadModel(model, requester)));
  }

  override attach(): void {
    this.parameters.clear();
    for (const [name, value] of Object.entries({ ...this.controller?.parameters, ...this.data.parameters }))
      this.parameters.set(name, value);
    this.begin();
  }

  override detach(): void {
    this.player?.stop();
    this.player = null;
    this.state = null;
  }

  /** Begins on the entity's model, or on that of the nearest descendant which has one. */
  private begin(): void {
    this.renderer = this.findModel();
    if (!this.renderer?.root || !this.ClipPlayer) return;
    this.player = new this.ClipPlayer(this.renderer.root);
    const start = this.controller?.start ?? this.clips[0];
    if (start) this.enter(start, 0);
  }

  private findModel(): MeshRenderer | null {
    for (const entity of this.entity.tree()) {
      const renderer = entity.component(MeshRenderer);
      if (renderer?.root && renderer.model) return renderer;
    }
    return null;
  }

  private enter(name: string, fade: number): void {
    const state = this.controller?.states.find((one) => one.name === name) ?? {
      name,
      clip: name,
      loop: true,
      speed: 1,
    };
    this.state = name;
    this.resting = state.clip === null;
    if (state.clip === null) return this.player?.rest(fade);
    const clip = this.clip(state.clip);
    if (clip) this.player?.play({ clip, loop: state.loop, speed: state.speed }, fade);
    else
      this.services.problems.warn(
        `The Animator of “${this.entity.name}” asks for the clip “${state.clip}”; there are: ${this.clips.join(", ") || "none"}.`,
      );
  }

  private clip(name: string): AnimationClip | undefined {
    const [file, part] = splitReference(name);
    const [model, clip] = part === undefined ? [this.renderer?.model?.reference ?? "", name] : [file, part];
    return this.services.library.model(model)?.clips.find((one) => one.name === clip);
  }

  override update(dt: number): void {
    if (this.player && this.player.root !== this.renderer?.root) this.detach(); // another model is there, or none
    if (!this.player) this.begin(); // the model came later than its Animator
    if (!this.player) return;
    this.follow();
    this.player.update(dt * this.speed);
    if (!this.data.rootMotion || !this.renderer?.root) return;
    const moved = this.player
      .takeRootMotion()
      .multiply(this.renderer.root.scale)
      .applyQuaternion(this.renderer.root.quaternion);
    this.entity.translate(moved.x * this.entity.scale.x, 0, moved.z * this.entity.scale.z);
  }

  private follow(): void {
    if (!this.controller || !this.player) return;
    const transition = next(this.controller, this.state, {
      parameters: this.parameters,
      finished: this.resting || this.player.finished,
    });
    if (!transition) return;
    for (const name of parametersOf(transition)) if (this.triggers.delete(name)) this.parameters.set(name, false);
    this.enter(transition.to, transition.fade);
  }

  // ── For scripts ──

  get clips(): string[] {
    const model = this.renderer?.model;
    return (model && this.services.library.model(model.reference)?.clips.map(({ name }) => name)) || [];
  }

  play(state: string, fade = FADE_S): void {
    this.enter(state, fade);
  }

  stop(): void {
    this.player?.stop();
    this.state = null;
  }

  set(parameter: string, value: Parameter): void {
    this.parameters.set(parameter, value);
  }

  get(parameter: string): Parameter | undefined {
    return this.parameters.get(parameter);
  }

  trigger(parameter: string): void {
    this.parameters.set(parameter, true);
    this.triggers.add(parameter);
  }
}
