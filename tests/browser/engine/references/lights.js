// A point light and a spot light with shadows, a hemisphere light and an ambient one.
import { camera, degrees, floor, mesh, shadows, stage } from "./kit.js";

export default function build({ THREE, width, height }) {
  const scene = stage("#101018", ["#000000", 0]);
  const chalk = new THREE.MeshStandardMaterial({ color: "#e0e0e0", metalness: 0, roughness: 0.9 });
  const point = shadows(new THREE.PointLight("#ff8040", 20, 12), 512);
  point.position.set(-2.5, 2.2, 1);
  const spot = shadows(new THREE.SpotLight("#60a0ff", 90, 20, 0.45, 0.4));
  spot.target.position.set(0, 0, -1);
  spot.position.set(0, 0, 0);
  const holder = new THREE.Group();
  holder.position.set(2.5, 5, 2);
  holder.rotation.set(...degrees(-65, 10, 0));
  holder.add(spot, spot.target);
  scene.add(
    floor(chalk),
    mesh(new THREE.BoxGeometry(1, 1, 1), chalk, [-1.2, 0.5, 0]),
    mesh(new THREE.CylinderGeometry(0.5, 0.5, 1, 32), chalk, [2, 0.5, 0]),
    point,
    holder,
    new THREE.HemisphereLight("#8080ff", "#402010", 0.5),
    new THREE.AmbientLight("#204020", 1.2),
  );
  return { scene, camera: camera(width, height) };
}
