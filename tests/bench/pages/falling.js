// A level's boxes as somebody would let them fall with three.js and Rapier alone: what a step of the player is measured against.
import * as RAPIER from "@dimforge/rapier3d/exports.js";
import * as glue from "@dimforge/rapier3d/rapier_wasm3d_bg.js";
import program from "@dimforge/rapier3d/rapier_wasm3d_bg.wasm";
import { BoxGeometry, Mesh, MeshStandardMaterial, Scene } from "three";

const { instance } = await WebAssembly.instantiateStreaming(fetch(new URL(program, import.meta.url)), {
  "./rapier_wasm3d_bg.js": glue,
});
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();

const level = await (await fetch(new URLSearchParams(location.search).get("level"))).json();
const partOf = (entity, kind) => entity.components.find(({ type }) => type === kind)?.data;
const { fixedTimestep } = level.settings.physics;
let world, moved;

/** The level from its beginning. */
window.begin = () => {
  world?.free();
  world = new RAPIER.World({ x: 0, y: -9.81, z: 0 });
  world.timestep = fixedTimestep;
  moved = [];
  const scene = new Scene();
  for (const entity of level.entities.filter((one) => partOf(one, "Collider"))) {
    const { x, y, z } = entity.transform.position;
    const [width, height, depth] = partOf(entity, "Collider").size;
    const desc = partOf(entity, "RigidBody") ? RAPIER.RigidBodyDesc.dynamic() : RAPIER.RigidBodyDesc.fixed();
    const body = world.createRigidBody(desc.setTranslation(x, y, z).setAngularDamping(0.05));
    const shape = RAPIER.ColliderDesc.cuboid(width / 2, height / 2, depth / 2);
    world.createCollider(shape.setFriction(0.5), body);
    if (!partOf(entity, "RigidBody")) continue;
    const mesh = new Mesh(new BoxGeometry(), new MeshStandardMaterial());
    scene.add(mesh);
    moved.push([mesh, body]);
  }
};

window.step = () => {
  world.step();
  for (const [mesh, body] of moved) {
    mesh.position.copy(body.translation());
    mesh.quaternion.copy(body.rotation());
  }
};

/** Where all of them are, on average: that both sides have done the same work. */
window.height = () => moved.reduce((sum, [mesh]) => sum + mesh.position.y, 0) / moved.length;
window.ready = true;
