/**
 * Compiled, never run: everything that `aethel.d.ts` promises is there. (Names are compared, not signatures: what scripts pass
 * in are the player's own objects, which the declarations show only a part of.)
 */

import type * as declared from "aethel";
import type * as core from "@aethel/core";
import type * as ui from "@aethel/ui";
import type * as realCore from "../src/api/core/module";
import type { Callbacks } from "../src/api/core/component";
import type * as real from "../src/api/module";
import type * as realUi from "../src/api/ui/module";
import type { Sound } from "aethel";
import type { Voice } from "../src/audio/voice";
import type { Animator } from "../src/components/Animator";
import type { AudioSource } from "../src/components/AudioSource";
import type { Camera } from "../src/components/Camera";
import type { Collider } from "../src/components/Collider";
import type { FallingBody } from "../src/components/FallingBody";
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
  FallingBody: Missing<declared.FallingBody, FallingBody>;
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
  ...{ FallingBody: [], ParticleSystem: [], Animator: [], NavMeshAgent: [] },
};

type Templates = typeof core;
type RealCore = typeof realCore;

export const nothingIsMissingOfTheTemplates: {
  core: Missing<Templates, RealCore>;
  input: Missing<Templates["Input"], RealCore["Input"]>;
  time: Missing<typeof Time, RealCore["Time"]>;
  component: Missing<core.Component, Callbacks & realCore.Component>;
  transform: Missing<core.Transform, realCore.Component["transform"]>;
  vector: Missing<core.Vector3, realCore.Vector3>;
  collision: Missing<Collision, realCore.Collision>;
  body: Missing<core.RigidBody, realCore.RigidBody>;
  body2D: Missing<core.RigidBody2D, realCore.RigidBody2D>;
  camera: Missing<core.Camera, realCore.Camera>;
  animator: Missing<core.Animator, realCore.Animator>;
  audio: Missing<core.AudioSource, realCore.AudioSource>;
  particles: Missing<core.ParticleSystem, realCore.ParticleSystem>;
  ui: Missing<typeof ui, typeof realUi>;
} = {
  ...{ core: [], input: [], time: [], component: [], transform: [], vector: [], collision: [], body: [], body2D: [] },
  ...{ camera: [], animator: [], audio: [], particles: [], ui: [] },
};
