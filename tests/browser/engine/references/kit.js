// What several of the hand-written scenes have in common.
import * as THREE from "three";

export const degrees = (...angles) => angles.map((angle) => (angle * Math.PI) / 180);

export const grey = () => new THREE.MeshStandardMaterial({ color: 0x888888, metalness: 0.5, roughness: 0.5 });

export function mesh(geometry, material, position = [0, 0, 0], turn = [0, 0, 0], scale = [1, 1, 1]) {
  const made = new THREE.Mesh(geometry, material);
  made.position.set(...position);
  made.rotation.set(...degrees(...turn));
  made.scale.set(...scale);
  made.castShadow = made.receiveShadow = true;
  return made;
}

export const floor = (material = grey()) => mesh(new THREE.PlaneGeometry(10, 10), material, [0, 0, 0], [-90, 0, 0]);

/** A directional light that shines along its holder's −z, with shadows. */
export function sun(color, intensity, turn, shadow = 1024) {
  const light = new THREE.DirectionalLight(color, intensity);
  light.position.set(0, 0, 0);
  light.target.position.set(0, 0, -1);
  shadows(light, shadow);
  Object.assign(light.shadow.camera, { left: -20, right: 20, top: 20, bottom: -20, near: 0.5, far: 100 });
  const holder = new THREE.Group();
  holder.rotation.set(...degrees(...turn));
  holder.position.set(0, 0, 20).applyEuler(holder.rotation);
  holder.add(light, light.target);
  return holder;
}

export function shadows(light, size = 1024) {
  light.castShadow = size > 0;
  light.shadow.mapSize.set(size, size);
  light.shadow.bias = -0.0005;
  light.shadow.normalBias = 0.02;
  return light;
}

export function camera(width, height, position = [0, 3.3, 6.2], turn = [-24, 0, 0], fov = 50) {
  const made = new THREE.PerspectiveCamera(fov, width / height, 0.1, 1000);
  made.position.set(...position);
  made.rotation.set(...degrees(...turn));
  return made;
}

export async function texture(path, colorSpace = THREE.SRGBColorSpace) {
  const made = await new THREE.TextureLoader().loadAsync(path);
  made.colorSpace = colorSpace;
  made.wrapS = made.wrapT = THREE.RepeatWrapping;
  made.anisotropy = 8;
  return made;
}

/** Every level begins with this: sky blue behind, the default ambient light. */
export function stage(background = "#87CEEB", ambient = ["#404040", 0.5]) {
  const scene = new THREE.Scene();
  scene.background = new THREE.Color(background);
  scene.add(new THREE.AmbientLight(...ambient));
  return scene;
}

/** What stands in the pictures of skies, fogs and effects: a mirror ball, a dull one, a glowing one and boxes that go back. */
export function subjects(scene) {
  const standard = (options) => new THREE.MeshStandardMaterial(options);
  const ball = new THREE.SphereGeometry(0.5, 32, 32);
  const box = new THREE.BoxGeometry(1, 1, 1);
  const clay = standard({ color: "#b07050", metalness: 0, roughness: 0.9 });
  scene.add(
    floor(standard({ color: "#807868", metalness: 0, roughness: 0.9 })),
    sun("#ffffff", 2.5, [-50, 30, 0]),
    mesh(ball, standard({ color: "#ffffff", metalness: 1, roughness: 0.1 }), [-1.6, 1, 1.5], [0, 0, 0], [2, 2, 2]),
    mesh(ball, standard({ color: "#000000", emissive: "#ffb040", emissiveIntensity: 3 }), [1.4, 0.8, 2]),
    ...[0, 1, 2, 3].map((n) => mesh(box, clay, [0.4 + n, 0.5, -n], [0, 30, 0])),
  );
  return scene;
}

/** The passes in the player's documented order, then the picture's own colours, then smooth edges. */
export async function composed(renderer, width, height, passes) {
  const load = (name) => import(`three/addons/postprocessing/${name}.js`);
  const [{ EffectComposer }, { RenderPass }, { OutputPass }, { SMAAPass }] = await Promise.all(["EffectComposer", "RenderPass", "OutputPass", "SMAAPass"].map(load));
  const edges = new SMAAPass(width, height);
  const tables = [edges._areaTexture, edges._searchTexture].map(({ image }) => image);
  await Promise.all(tables.map((image) => new Promise((resolve) => image.addEventListener("load", resolve)))); // without them no edge is smooth
  return (scene, camera) => {
    const composer = new EffectComposer(renderer);
    const { before = [], after = [] } = passes(scene, camera);
    for (const pass of [new RenderPass(scene, camera), ...before, new OutputPass(), ...after, edges]) composer.addPass(pass);
    return composer;
  };
}
