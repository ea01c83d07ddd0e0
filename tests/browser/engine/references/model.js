// One model on a floor, at a moment of one of its animations: `&model=URL&node=NAME&size=FACTOR&turn=DEGREES&clip=NAME&at=SECONDS&draco&meshopt&ktx2`.
import { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { KTX2Loader } from "three/addons/loaders/KTX2Loader.js";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";
import { camera, floor, stage, sun } from "./kit.js";

export default async function build({ THREE, renderer, width, height }) {
  const asked = new URLSearchParams(location.search);
  const loader = new GLTFLoader();
  if (asked.has("draco")) loader.setDRACOLoader(new DRACOLoader().setDecoderPath("/three/examples/jsm/libs/draco/gltf/"));
  if (asked.has("meshopt")) loader.setMeshoptDecoder(MeshoptDecoder);
  if (asked.has("ktx2")) loader.setKTX2Loader(new KTX2Loader().setTranscoderPath("/three/examples/jsm/libs/basis/").detectSupport(renderer));
  const gltf = await loader.loadAsync(asked.get("model"));
  const model = asked.has("node") ? gltf.scene.getObjectByName(asked.get("node")) : gltf.scene;
  model.traverse((part) => (part.castShadow = part.receiveShadow = part.isMesh === true));
  const holder = new THREE.Group();
  holder.position.set(0, 0.2, 0);
  holder.rotation.set(0, (Number(asked.get("turn") ?? 153) * Math.PI) / 180, 0);
  const size = Number(asked.get("size") ?? 2);
  holder.scale.set(size, size, size);
  holder.add(model);
  const scene = stage();
  scene.add(floor(), sun("#ffffff", 3, [-50, 30, 0]), holder);
  if (asked.has("clip")) {
    const mixer = new THREE.AnimationMixer(model);
    mixer.clipAction(THREE.AnimationClip.findByName(gltf.animations, asked.get("clip"))).play();
    mixer.update(Number(asked.get("at")));
  }
  return { scene, camera: camera(width, height) };
}
