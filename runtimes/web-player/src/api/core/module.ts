/** What `import … from "@aethel/core"` gives: the script API of the engine's templates. The types that makers see are in `core.d.ts`. */

export { Component, type Collision } from "./component";
export { Time } from "./globals";
export { Animator, AudioSource, Camera, ParticleSystem, RigidBody, RigidBody2D } from "./handles";
export { Input } from "./input";
export { Vector3 } from "./vector";
