// Shows one scene written by hand: `page.html?scene=NAME` draws what NAME.js returns, once, and sets window.drawn.
import * as THREE from "three";

const renderer = new THREE.WebGLRenderer({ antialias: true });
renderer.setSize(innerWidth, innerHeight);
renderer.toneMapping = THREE.ACESFilmicToneMapping;
renderer.toneMappingExposure = 1;
renderer.shadowMap.enabled = true;
document.body.append(renderer.domElement);

const { default: build } = await import(`./${new URLSearchParams(location.search).get("scene")}.js`);
const { scene, camera, compose } = await build({ THREE, renderer, width: innerWidth, height: innerHeight });
scene.updateMatrixWorld(true);
camera.updateMatrixWorld(true);
const composer = compose?.(scene, camera);
(composer ?? { render: () => renderer.render(scene, camera) }).render();
window.drawn = true;
