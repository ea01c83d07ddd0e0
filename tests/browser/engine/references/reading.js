// window.read(URL, FOLDER): all that three.js finds in a model whose other files lie in FOLDER, as plain data.
import { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";

const loader = new GLTFLoader();
loader.setDRACOLoader(new DRACOLoader().setDecoderPath("/three/examples/jsm/libs/draco/gltf/"));
loader.setMeshoptDecoder(MeshoptDecoder);

window.read = async (url, folder) => {
  const bytes = await (await fetch(url)).arrayBuffer();
  const { scene, scenes, cameras, animations, userData } = await loader.parseAsync(bytes, folder);
  const names = new Map();
  scenes.forEach((root) => root.traverse((node) => names.set(node.uuid, `node ${names.size}`)));
  return {
    shown: scenes.indexOf(scene),
    scenes: scenes.map((root) => node(root, names)),
    cameras: cameras.map(({ name, type, projectionMatrix }) => ({ name, type, matrix: projectionMatrix.toArray() })),
    clips: animations.map((clip) => ({ name: clip.name, tracks: clip.tracks.map((track) => curve(track, names)) })),
    userData,
  };
};

const node = (object, names) => ({
  name: object.name,
  type: object.type,
  userData: object.userData,
  matrix: object.updateMatrix() ?? object.matrix.toArray(),
  light: object.isLight ? [object.color.getHex(), object.intensity] : null,
  mesh: object.geometry ? mesh(object, names) : null,
  children: object.children.map((child) => node(child, names)),
});

const mesh = ({ isMesh, geometry, material, skeleton, morphTargetDictionary }, names) => ({
  ofTriangles: isMesh === true,
  ...Object.fromEntries(Object.entries(geometry.attributes).map(([name, one]) => [name, numbers(one)])),
  corners: geometry.index ? numbers(geometry.index) : null,
  shapes: Object.fromEntries(Object.entries(geometry.morphAttributes).map(([name, all]) => [name, all.map(numbers)])),
  shapeNames: morphTargetDictionary ?? null,
  bones: skeleton ? skeleton.bones.map(({ uuid }, n) => [names.get(uuid), skeleton.boneInverses[n].toArray()]) : null,
  material: [material.name, material.type, material.userData, material.color.getHex()],
  textures: ["map", "normalMap", "emissiveMap"].map((slot) => (material[slot] ? size(material[slot]) : null)),
});

const size = ({ image, repeat, offset }) => [image.width, image.height, repeat.toArray(), offset.toArray()];

const numbers = (attribute) => {
  const { itemSize, count } = attribute;
  const values = [];
  for (let n = 0; n < count; n++) for (let k = 0; k < itemSize; k++) values.push(attribute.getComponent(n, k));
  const { constructor } = attribute.isInterleavedBufferAttribute ? attribute.data.array : attribute.array;
  return { kind: constructor.name, itemSize, normalized: attribute.normalized, values };
};

const curve = (track, names) => {
  const [target, ...property] = track.name.split(".");
  const { times, values } = track;
  return { name: [names.get(target) ?? target, ...property], times: [...times], values: [...values] };
};
