/**
 * Compiled, never run: everything that `aethel.d.ts` promises is there. (Names are compared, not signatures: what scripts pass
 * in are the player's own objects, which the declarations show only a part of.)
 */

import type * as declared from "aethel";
import type * as real from "../src/api/module";
import type { Sound } from "aethel";
import type { Voice } from "../src/audio/voice";
import type { Animator } from "../src/components/Animator";
import type { AudioSource } from "../src/components/AudioSource";
import type { Camera } from "../src/components/Camera";
import type { Collider } from "../src/components/Collider";
import type { Light } from "../src/components/Light";
import type { MeshRenderer } from "../src/components/MeshRenderer";
import type { NavMeshAgent } from "../src/components/NavMeshAgent";
import type { ParticleSystem } from "../src/components/ParticleSystem";
import type { RigidBody } from "../src/components/RigidBody";
import type { ScriptComponent } from "../src/components/Script";
import type { Environment } from "../src/render/environment";
import type { Entity } from "../src/scene/entity";
import type { UiLayer } from "../src/ui/layer";

/** An error that names what is missing; else `[]`. */
type Missing<Declared, Real> =
  Exclude<keyof Declared, keyof Real> extends never ? [] : Exclude<keyof Declared, keyof Real>;

type Api = typeof declared;
type Real = typeof real;

export const nothingIsMissing: {
  module: Missing<Api, Real>;
  scene: Missing<Api["scene"], Real["scene"]>;
  physics: Missing<Api["physics"], Real["physics"]>;
  input: Missing<Api["input"], Real["input"]>;
  pointer: Missing<Api["input"]["pointer"], Real["input"]["pointer"]>;
  audio: Missing<Api["audio"], Real["audio"]>;
  save: Missing<Api["save"], Real["save"]>;
  game: Missing<Api["game"], Real["game"]>;
  ui: Missing<Api["game"]["ui"], UiLayer>;
  time: Missing<Api["time"], Real["time"]>;
  entity: Missing<declared.Entity, Entity>;
  settings: Missing<declared.SceneSettings, Environment>;
  sound: Missing<Sound, Voice>;
  MeshRenderer: Missing<declared.MeshRenderer, MeshRenderer>;
  Light: Missing<declared.Light, Light>;
  Camera: Missing<declared.Camera, Camera>;
  Collider: Missing<declared.Collider, Collider>;
  RigidBody: Missing<declared.Body, RigidBody>;
  AudioSource: Missing<declared.AudioSource, AudioSource>;
  Script: Missing<declared.ScriptHandle, ScriptComponent>;
  ParticleSystem: Missing<declared.ParticleSystem, ParticleSystem>;
  Animator: Missing<declared.Animator, Animator>;
  NavMeshAgent: Missing<declared.NavMeshAgent, NavMeshAgent>;
} = {
  ...{
    module: [],
    scene: [],
    physics: [],
    input: [],
    pointer: [],
    audio: [],
    save: [],
    game: [],
    ui: [],
    time: [],
    entity: [],
  },
  ...{
    settings: [],
    sound: [],
    MeshRenderer: [],
    Light: [],
    Camera: [],
    Collider: [],
    RigidBody: [],
    AudioSource: [],
    Script: [],
  },
  ...{ ParticleSystem: [], Animator: [], NavMeshAgent: [] },
};
