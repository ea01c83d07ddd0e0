import { Engine } from "@babylonjs/core/Engines/engine";
import { createTowers } from "./towers";

const canvas = document.getElementById("renderCanvas") as HTMLCanvasElement;
const engine = new Engine(canvas, false, { deterministicLockstep: true, lockstepMaxSteps: 4 });
const { scene, step, heights } = await createTowers(engine);

step(60);
scene.render();
canvas.addEventListener("click", () => {
  const picked = scene.pick(scene.pointerX, scene.pointerY);
  document.title = `Towers: ${picked.pickedMesh?.name}`;
});
Object.assign(globalThis, { heights });
document.title = "Towers: standing";
