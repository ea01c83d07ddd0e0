// Through an orthographic camera, before a plain colour, in linear fog.
import { degrees, mesh, stage, sun, floor } from "./kit.js";

export default function build({ THREE, width, height }) {
  const scene = stage("#304060", ["#ffffff", 0.6]);
  scene.fog = new THREE.Fog("#806040", 8, 16);
  const clay = new THREE.MeshStandardMaterial({ color: "#c08060", metalness: 0, roughness: 0.9 });
  scene.add(floor(clay), sun("#ffffff", 2, [-60, -30, 0]));
  for (const [n, x] of [-3, -1, 1, 3].entries()) scene.add(mesh(new THREE.BoxGeometry(1, 1, 1), clay, [x, 0.5, 3 - 2 * n]));
  const eye = new THREE.OrthographicCamera((-3 * width) / height, (3 * width) / height, 3, -3, 0.1, 50);
  eye.position.set(0, 6, 9);
  eye.rotation.set(...degrees(-33, 0, 0));
  return { scene, camera: eye };
}
