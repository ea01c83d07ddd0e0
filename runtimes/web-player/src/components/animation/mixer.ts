/** Plays clips on a model and fades between them: a chunk of its own, for scenes with an Animator. */

import {
  AnimationMixer,
  LoopOnce,
  LoopRepeat,
  Vector3,
  type AnimationAction,
  type AnimationClip,
  type Object3D,
} from "three";

export interface Playing {
  clip: AnimationClip;
  loop: boolean;
  speed: number;
}

export class ClipPlayer {
  private readonly mixer: AnimationMixer;
  private action: AnimationAction | null = null;
  private motion: { bone: Object3D; last: Vector3; rest: Vector3; time: number } | null = null;

  constructor(readonly root: Object3D) {
    this.mixer = new AnimationMixer(root);
  }

  play({ clip, loop, speed }: Playing, fade: number): void {
    const before = this.action;
    this.action = this.mixer.clipAction(clip);
    this.action.reset();
    this.action.setLoop(loop ? LoopRepeat : LoopOnce, Infinity);
    this.action.clampWhenFinished = true;
    this.action.timeScale = speed;
    this.action.play();
    if (before && before !== this.action) {
      if (fade > 0) before.crossFadeTo(this.action, fade, false);
      else before.stop();
    }
    this.motion = null;
  }

  /** Ends what plays; the model goes back to how it stood. */
  rest(fade: number): void {
    if (fade > 0) this.action?.fadeOut(fade);
    else this.action?.stop();
    this.action = this.motion = null;
  }

  /** The clip that plays once has come to its end. */
  get finished(): boolean {
    const { action } = this;
    return action !== null && action.loop === LoopOnce && action.time >= action.getClip().duration - 1e-6;
  }

  update(dt: number): void {
    this.mixer.update(dt);
  }

  /** How far the clip has moved its root since the last call, in the model's axes; the root itself stays where it was. */
  takeRootMotion(): Vector3 {
    const bone = this.motion?.bone ?? this.rootOfMotion();
    if (!bone || !this.action) return new Vector3();
    this.motion ??= { bone, last: bone.position.clone(), rest: bone.position.clone(), time: this.action.time };
    const { last, rest, time } = this.motion;
    const moved = this.action.time >= time ? bone.position.clone().sub(last) : bone.position.clone().sub(rest);
    last.copy(bone.position);
    this.motion.time = this.action.time;
    bone.position.x = rest.x;
    bone.position.z = rest.z;
    return moved.setY(0);
  }

  /** The topmost node that the clip moves. */
  private rootOfMotion(): Object3D | null {
    const moved = new Set(
      this.action
        ?.getClip()
        .tracks.filter(({ name }) => name.endsWith(".position"))
        .map(({ name }) => name.slice(0, -9)),
    );
    let found: Object3D | null = null;
    this.root.traverse((object) => (found ??= moved.has(object.name) ? object : null));
    return found;
  }

  stop(): void {
    this.mixer.stopAllAction();
    this.action = null;
  }
}
