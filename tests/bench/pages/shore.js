// The first level of the sample as somebody would write it with three.js alone: what the player's first frame is measured against.
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { EffectComposer } from "three/addons/postprocessing/EffectComposer.js";
import { OutputPass } from "three/addons/postprocessing/OutputPass.js";
import { RenderPass } from "three/addons/postprocessing/RenderPass.js";
import { SMAAPass } from "three/addons/postprocessing/SMAAPass.js";
import { UnrealBloomPass } from "three/addons/postprocessing/UnrealBloomPass.js";

const game = new URL("/game/", location.href);
const level = await (await fetch(new URL("scenes/shore.json", game))).json();
const assets = new Map(level.assets.map((asset) => [asset.id, new URL(asset.path, game).href]));
const textures = new THREE.TextureLoader();
const models = new GLTFLoader();
const settings = level.settings;
const scene = new THREE.Scene();

const renderer = new THREE.WebGLRenderer({ antialias: true });
renderer.setSize(innerWidth, innerHeight);
renderer.toneMapping = THREE.ACESFilmicToneMapping;
renderer.shadowMap.enabled = true;
renderer.shadowMap.type = THREE.PCFSoftShadowMap;
document.body.append(renderer.domElement);

scene.fog = new THREE.Fog(settings.fog.color, settings.fog.near, settings.fog.far);
scene.add(new THREE.AmbientLight(settings.lighting.ambientColor, settings.lighting.ambientIntensity));
const sky = new THREE.Mesh(
  new THREE.SphereGeometry(100, 32, 32),
  new THREE.ShaderMaterial({
    side: THREE.BackSide,
    depthWrite: false,
    uniforms: {
      above: { value: new THREE.Color(settings.skybox.gradientTop) },
      below: { value: new THREE.Color(settings.skybox.gradientBottom) },
    },
    vertexShader: "varying vec3 way; void main() { way = position; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }",
    fragmentShader:
      "uniform vec3 above, below; varying vec3 way; void main() { gl_FragColor = vec4(mix(below, above, 0.5 + asin(normalize(way).y) / 3.14159265), 1.0); }",
  }),
);
sky.renderOrder = -1;
scene.add(sky);

const shapes = {
  "primitive:plane": new THREE.PlaneGeometry(10, 10),
  "primitive:box": new THREE.BoxGeometry(1, 1, 1),
  "primitive:sphere": new THREE.SphereGeometry(0.5, 32, 32),
  "primitive:cylinder": new THREE.CylinderGeometry(0.5, 0.5, 1, 32),
};
const materials = new Map();
const loaded = new Map();
let camera;

async function texture(id, colorSpace, repeat) {
  if (!id) return null;
  const image = await textures.loadAsync(assets.get(id));
  image.colorSpace = colorSpace;
  image.wrapS = image.wrapT = THREE.RepeatWrapping;
  image.repeat.set(...(repeat ?? [1, 1]));
  return image;
}

async function material(id) {
  const data = await (await fetch(assets.get(id))).json();
  return new THREE.MeshStandardMaterial({
    color: data.color,
    metalness: data.metalness,
    roughness: data.roughness,
    emissive: data.emissive ?? "#000000",
    emissiveIntensity: data.emissiveIntensity ?? 1,
    map: await texture(data.map, THREE.SRGBColorSpace, data.repeat),
    normalMap: await texture(data.normalMap, THREE.NoColorSpace, data.repeat),
  });
}

function once(store, key, make) {
  if (!store.has(key)) store.set(key, make(key));
  return store.get(key);
}

async function renderer_(data, object) {
  const shape = shapes[data.meshId];
  const made = shape
    ? new THREE.Mesh(shape, await once(materials, data.materialIds[0], material))
    : (await once(loaded, data.meshId, (id) => models.loadAsync(assets.get(id)))).scene.clone();
  made.traverse((part) => {
    part.castShadow = data.castShadows ?? true;
    part.receiveShadow = data.receiveShadows ?? true;
  });
  object.add(made);
}

function light(data, object) {
  if (data.type === "hemisphere") scene.add(new THREE.HemisphereLight(data.color, data.groundColor, data.intensity));
  if (data.type === "point") object.add(new THREE.PointLight(data.color, data.intensity, data.range));
  if (data.type === "directional") {
    const sun = new THREE.DirectionalLight(data.color, data.intensity);
    sun.position.set(0, 0, 0); // in its holder, along whose -z it shines
    sun.target.position.set(0, 0, -1);
    sun.castShadow = true;
    sun.shadow.mapSize.set(1024, 1024);
    sun.shadow.bias = -0.0005;
    sun.shadow.normalBias = 0.02;
    Object.assign(sun.shadow.camera, { left: -20, right: 20, top: 20, bottom: -20, far: 100 });
    object.add(sun, sun.target);
  }
}

const objects = new Map();
const waits = [];
for (const entity of level.entities) {
  const object = new THREE.Group();
  const { position, rotation, scale } = entity.transform;
  object.position.copy(position);
  object.quaternion.copy(rotation);
  object.scale.copy(scale);
  object.visible = entity.active;
  objects.set(entity.id, object);
  (objects.get(entity.parentId) ?? scene).add(object);
  for (const { type, data } of entity.components) {
    if (type === "MeshRenderer") waits.push(renderer_(data, object));
    if (type === "Light" && entity.active) light(data, object);
    if (type === "Camera") {
      camera = new THREE.PerspectiveCamera(data.fov, innerWidth / innerHeight, data.near, data.far);
      object.add(camera);
      sky.position.copy(position);
    }
  }
}
const edges = new SMAAPass();
for (const { image } of [edges._areaTexture, edges._searchTexture]) {
  waits.push(new Promise((resolve) => image.addEventListener("load", resolve))); // without them no edge is smooth
}
await Promise.all(waits);
const composer = new EffectComposer(renderer);
renderer.setRenderTarget(composer.readBuffer); // shaders differ by where they draw
await renderer.compileAsync(scene, camera);
renderer.setRenderTarget(null);
composer.addPass(new RenderPass(scene, camera));
composer.addPass(new UnrealBloomPass(new THREE.Vector2(innerWidth, innerHeight), settings.postProcessing.bloom.intensity, 0.4, settings.postProcessing.bloom.threshold));
composer.addPass(new OutputPass());
composer.addPass(edges);
composer.render();
renderer.getContext().finish();
window.firstFrame = performance.now();
