import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

const renderer = new THREE.WebGLRenderer({ preserveDrawingBuffer: true });
renderer.setSize(64, 64);
document.body.append(renderer.domElement);
const scene = new THREE.Scene();
scene.background = new THREE.Color("rgb(42, 157, 143)");
const camera = new THREE.PerspectiveCamera(50, 1, 0.1, 10);
camera.position.z = 3;
new OrbitControls(camera, renderer.domElement);
scene.add(new THREE.Mesh(new THREE.BoxGeometry(), new THREE.MeshBasicMaterial({ color: "rgb(231, 111, 81)" })));
renderer.render(scene, camera);
document.title = "drawn";
