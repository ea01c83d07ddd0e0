// A sky that changes evenly from the nadir to the zenith: a dome with a shader of its own.
import { camera, stage, subjects } from "./kit.js";

export default function build({ THREE, width, height }) {
  const scene = subjects(stage());
  const dome = new THREE.ShaderMaterial({
    side: THREE.BackSide,
    depthWrite: false,
    toneMapped: false,
    uniforms: { above: { value: new THREE.Color("#1030a0") }, below: { value: new THREE.Color("#ffd060") } },
    vertexShader: "varying vec3 way; void main() { way = position; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }",
    fragmentShader: `
      uniform vec3 above, below;
      varying vec3 way;
      void main() {
        gl_FragColor = vec4(mix(below, above, asin(normalize(way).y) / 3.14159265 + 0.5), 1.0);
        #include <colorspace_fragment>
      }`,
  });
  const sky = new THREE.Mesh(new THREE.SphereGeometry(500, 64, 64), dome);
  sky.position.set(0, 2, 6);
  scene.add(sky);
  return { scene, camera: camera(width, height, [0, 2, 6], [0, 0, 0], 70) };
}
