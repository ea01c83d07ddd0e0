import HavokPhysics from "@babylonjs/havok";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera";
import type { Engine } from "@babylonjs/core/Engines/engine";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight";
import { ImportMeshAsync } from "@babylonjs/core/Loading/sceneLoader";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { Texture } from "@babylonjs/core/Materials/Textures/texture";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color";
import { Vector3 } from "@babylonjs/core/Maths/math.vector";
import { MeshBuilder } from "@babylonjs/core/Meshes/meshBuilder";
import "@babylonjs/core/Culling/ray";
import "@babylonjs/core/Physics/physicsEngineComponent";
import { PhysicsAggregate } from "@babylonjs/core/Physics/v2/physicsAggregate";
import { PhysicsShapeType } from "@babylonjs/core/Physics/v2/IPhysicsEnginePlugin";
import { HavokPlugin } from "@babylonjs/core/Physics/v2/Plugins/havokPlugin";
import { Scene } from "@babylonjs/core/scene";
import "@babylonjs/loaders/glTF";
import roofUrl from "../assets/roof.glb?url";
import planksUrl from "../assets/planks.png";

export async function createTowers(engine: Engine) {
  const scene = new Scene(engine);
  scene.clearColor = new Color4(0.8, 0.9, 1, 1);
  const havok = new HavokPlugin(true, await HavokPhysics());
  scene.enablePhysics(new Vector3(0, -9.81, 0), havok);
  new ArcRotateCamera("camera", -1, 1.1, 9, new Vector3(0, 1, 0), scene);
  new HemisphericLight("light", new Vector3(0.3, 1, 0.2), scene);

  const grass = new StandardMaterial("grass", scene);
  grass.diffuseColor = new Color3(0.4, 0.6, 0.3);
  const ground = MeshBuilder.CreateGround("ground", { width: 10, height: 10 }, scene);
  ground.material = grass;
  new PhysicsAggregate(ground, PhysicsShapeType.BOX, { mass: 0 }, scene);

  const wood = new StandardMaterial("wood", scene);
  wood.diffuseTexture = new Texture(planksUrl, scene);
  const boxes = [1, 2.4, 3.8].map((y, n) => {
    const box = MeshBuilder.CreateBox(`box ${n}`, { size: 1 }, scene);
    box.position.set(0.15 * n, y, 0);
    box.material = wood;
    new PhysicsAggregate(box, PhysicsShapeType.BOX, { mass: 1 }, scene);
    return box;
  });

  const { meshes } = await ImportMeshAsync(roofUrl, scene);
  meshes[0]!.position.set(-2.5, 0.75, 0);
  await scene.whenReadyAsync();

  return {
    scene,
    step(count: number): void {
      for (let n = 0; n < count; n++) scene.getPhysicsEngine()!._step(1 / 60);
    },
    heights: () => boxes.map(({ position }) => +position.y.toFixed(2)),
  };
}
