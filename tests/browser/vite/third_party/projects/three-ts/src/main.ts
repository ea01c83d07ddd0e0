import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { EffectComposer } from "three/addons/postprocessing/EffectComposer.js";
import { OutputPass } from "three/addons/postprocessing/OutputPass.js";
import { RenderPass } from "three/addons/postprocessing/RenderPass.js";
import { loadRoof, paint } from "./models";
import { Yard } from "./yard";
import floorFragment from "./shaders/floor.frag.glsl?raw";
import floorVertex from "./shaders/floor.vert.glsl?raw";

const canvas = document.querySelector<HTMLCanvasElement>("#view")!;
const renderer = new THREE.WebGLRenderer({ canvas, antialias: false });
renderer.setSize(innerWidth, innerHeight, false);
renderer.shadowMap.enabled = true;

const scene = new THREE.Scene();
scene.background = new THREE.Color(0xf4f1de);
const camera = new THREE.PerspectiveCamera(50, innerWidth / innerHeight, 0.1, 50);
camera.position.set(3, 3, 6);
const controls = new OrbitControls(camera, canvas);
controls.enableDamping = false;

const sun = new THREE.DirectionalLight(0xffffff, 2);
sun.position.set(3, 5, 2);
sun.castShadow = true;
scene.add(sun, new THREE.HemisphereLight(0xbde0fe, 0x606c38, 1));

const floor = new THREE.Mesh(
  new THREE.PlaneGeometry(8, 8),
  new THREE.ShaderMaterial({ vertexShader: floorVertex, fragmentShader: floorFragment }),
);
floor.rotateX(-Math.PI / 2);
scene.add(floor);

const composer = new EffectComposer(renderer);
composer.addPass(new RenderPass(scene, camera));
composer.addPass(new OutputPass());

const [yard, roof, texture] = await Promise.all([Yard.create(), loadRoof(), paint()]);
const crates = yard.crates.map(() => {
  const crate = new THREE.Mesh(
    new THREE.BoxGeometry(1, 1, 1),
    new THREE.MeshStandardMaterial({ map: texture }),
  );
  crate.castShadow = true;
  scene.add(crate);
  return crate;
});
roof.position.set(-2, 0.75, 0);
scene.add(roof);

function draw(): void {
  yard.crates.forEach((body, n) => {
    const crate = crates[n]!;
    crate.position.copy(body.translation());
    crate.quaternion.copy(body.rotation());
  });
  composer.render();
}

function run(steps: number): void {
  for (let n = 0; n < steps; n++) yard.world.step();
  draw();
}

run(120);
addEventListener("keydown", ({ code }) => {
  if (code !== "Space") return;
  yard.kick();
  run(60);
});
Object.assign(globalThis, {
  crates: () => crates.map(({ position }) => position.toArray().map((n) => +n.toFixed(3))),
});
document.title = "Crates: at rest";
