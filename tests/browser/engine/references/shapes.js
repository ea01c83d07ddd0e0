// Every primitive, materials in their variety, a child of a turned and stretched parent, one thing without a shadow.
import { camera, degrees, floor, grey, mesh, stage, sun, texture } from "./kit.js";

export default async function build({ THREE, width, height }) {
  const scene = stage();
  const standard = (options) => new THREE.MeshStandardMaterial(options);
  const checker = await texture("/data/checker.png");
  const bumps = await texture("/data/bumps.png", THREE.NoColorSpace);
  const parent = new THREE.Group();
  parent.position.set(2.6, 0, -2);
  parent.rotation.set(...degrees(0, 30, 0));
  parent.scale.set(1, 2, 1);
  parent.add(mesh(new THREE.BoxGeometry(1, 1, 1), standard({ color: "#30b060", metalness: 0, roughness: 1 }), [0, 0.75, 0], [0, 0, 0], [0.8, 0.5, 0.8]));
  const shadeless = mesh(new THREE.ConeGeometry(0.5, 1, 32), standard({ color: "#4060ff", metalness: 0, roughness: 0.6, opacity: 0.5, transparent: true }), [3, 0.6, 0.6]);
  shadeless.castShadow = false;
  const unshaded = mesh(new THREE.BoxGeometry(1, 1, 1), grey(), [-3.1, 0.2, 1.6], [0, 20, 0], [1.2, 0.4, 1.2]);
  unshaded.receiveShadow = false;
  scene.add(
    floor(standard({ color: "#d8d0c0", metalness: 0, roughness: 0.9 })),
    sun("#fff0d0", 3, [-50, 30, 0]),
    mesh(new THREE.BoxGeometry(1, 1, 1), standard({ color: "#c03030", metalness: 0, roughness: 0.8 }), [-3, 1.2, 0], [0, 40, 0]),
    mesh(new THREE.SphereGeometry(0.5, 32, 32), standard({ color: "#ffffff", metalness: 0.9, roughness: 0.25 }), [-1.5, 0.5, 0.6], [0, 0, 0], [1.3, 1.3, 1.3]),
    mesh(new THREE.CylinderGeometry(0.5, 0.5, 1, 32), standard({ map: checker, metalness: 0, roughness: 0.7 }), [0, 0.5, 0.6]),
    mesh(new THREE.CapsuleGeometry(0.5, 1, 8, 32), standard({ color: "#000000", emissive: "#ff6020", emissiveIntensity: 0.8 }), [1.5, 1, 0.6]),
    shadeless,
    mesh(new THREE.TorusGeometry(0.5, 0.2, 16, 48), standard({ color: "#c0a040", metalness: 0.2, roughness: 0.5, normalMap: bumps }), [-0.8, 1, -1.6], [0, 20, 0], [1.5, 1.5, 1.5]),
    mesh(new THREE.PlaneGeometry(10, 10), grey(), [0.9, 2.1, -2.5], [0, -15, 0], [0.15, 0.15, 1]),
    parent,
    unshaded,
  );
  return { scene, camera: camera(width, height) };
}
