// A runtime scene: every primitive, a model, every light, fog, the bloom and smooth edges that such scenes always had.
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { UnrealBloomPass } from "three/addons/postprocessing/UnrealBloomPass.js";
import { composed, grey, mesh, shadows } from "./kit.js";

export default async function build({ THREE, renderer, width, height }) {
  const scene = new THREE.Scene();
  scene.background = new THREE.Color("#304050");
  scene.fog = new THREE.Fog("#304050", 3, 9);
  const wick = (await new GLTFLoader().loadAsync("/data/wick.glb")).scene;
  wick.traverse((part) => (part.castShadow = part.receiveShadow = true));
  wick.position.set(2.2, 0, 1);
  wick.rotation.set(0, (150 * Math.PI) / 180, 0);
  wick.scale.set(1.4, 1.4, 1.4);
  const sun = shadows(new THREE.DirectionalLight("#fff0e0", 3), 2048);
  sun.position.set(4, 8, 6);
  Object.assign(sun.shadow.camera, { left: -20, right: 20, top: 20, bottom: -20, near: 0.5, far: 100 });
  const point = shadows(new THREE.PointLight("#ff4020", 12, 9), 1024);
  point.position.set(-3, 1.5, 2);
  const spot = shadows(new THREE.SpotLight("#40ff80", 60, 0, 0.3, 0.2), 2048);
  spot.position.set(-3, 6, -3);
  scene.add(
    mesh(new THREE.PlaneGeometry(10, 10), grey(), [0, 0, 0], [-90, 0, 0]),
    mesh(new THREE.BoxGeometry(1, 1, 1), grey(), [-2.4, 0.7, 0], [20, 30, 40]),
    mesh(new THREE.SphereGeometry(0.5, 32, 32), grey(), [-0.8, 0.75, 0.8], [0, 0, 0], [1.5, 1.5, 1.5]),
    mesh(new THREE.CylinderGeometry(0.5, 0.5, 1, 32), grey(), [0.8, 1, -0.5], [0, 0, 0], [1, 2, 1]),
    wick,
    sun,
    point,
    spot,
    new THREE.HemisphereLight("#8090ff", "#402000", 0.6),
    new THREE.AmbientLight("#604080", 3),
  );
  const camera = new THREE.PerspectiveCamera(75, width / height, 0.1, 1000);
  camera.position.set(1, 2.6, 4.6);
  camera.lookAt(0, 0.8, 0);
  const bloom = new UnrealBloomPass(new THREE.Vector2(width, height), 0.5, 0.4, 0.85);
  return { scene, camera, compose: await composed(renderer, width, height, () => ({ before: [bloom] })) };
}
