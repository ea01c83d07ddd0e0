/** Models, made here rather than kept as files. */

const [JSON_CHUNK, BINARY_CHUNK, MAGIC] = [0x4e4f534a, 0x004e4942, 0x46546c67];
const FLOAT = 5126;

/**
 * A GLB of two triangles, one green and one white. Its clip `move` takes the first, in one second, one metre along x (glTF 2.0, sections 3.11
 * and 4.4).
 */
export function pairOfMeshes(): Buffer {
  const [positions, times, moves] = [
    [0, 0, 0, 1, 0, 0, 0, 1, 0],
    [0, 1],
    [0, 0, 0, 1, 0, 0],
  ].map((numbers) => Buffer.from(new Float32Array(numbers).buffer)) as [Buffer, Buffer, Buffer];
  const binary = Buffer.concat([positions, times, moves]);
  const mesh = (material: number): object => ({ primitives: [{ attributes: { POSITION: 0 }, material }] });
  const color = (...baseColorFactor: number[]): object => ({ pbrMetallicRoughness: { baseColorFactor } });
  const json = JSON.stringify({
    ...{ asset: { version: "2.0" }, scene: 0, scenes: [{ nodes: [0, 1] }] },
    ...{
      nodes: [
        { mesh: 0, name: "first" },
        { mesh: 1, name: "second" },
      ],
      meshes: [mesh(0), mesh(1)],
    },
    materials: [color(0, 1, 0, 1), color(1, 1, 1, 1)],
    accessors: [
      { bufferView: 0, componentType: FLOAT, count: 3, type: "VEC3", min: [0, 0, 0], max: [1, 1, 0] },
      { bufferView: 1, componentType: FLOAT, count: 2, type: "SCALAR", min: [0], max: [1] },
      { bufferView: 2, componentType: FLOAT, count: 2, type: "VEC3" },
    ],
    bufferViews: [
      { buffer: 0, byteLength: positions.length },
      { buffer: 0, byteOffset: positions.length, byteLength: times.length },
      { buffer: 0, byteOffset: positions.length + times.length, byteLength: moves.length },
    ],
    buffers: [{ byteLength: binary.length }],
    animations: [
      {
        name: "move",
        channels: [{ sampler: 0, target: { node: 0, path: "translation" } }],
        samplers: [{ input: 1, output: 2 }],
      },
    ],
  });
  return glb(json, binary);
}

/** A part of a model: nodes that show a triangle each, or several; colours by the order of their meshes. */
export interface NodeParts {
  name?: string;
  meshName?: string;
  primitives?: number;
  children?: number[];
  skin?: number;
  translation?: [number, number, number];
}

/**
 * A GLB of such nodes; clip `n` takes node `n`, in one second, one metre along x. The joints of its one skin are `joints`;
 * its triangles hang on the first of them.
 */
export function glbOfNodes(parts: NodeParts[], { joints = [] as number[], document = {} as object } = {}): Buffer {
  const arrays = [
    new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]),
    new Float32Array([0, 1]),
    new Float32Array([0, 0, 0, 1, 0, 0]),
    new Uint8Array(12),
    new Float32Array([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]),
  ];
  const binary = Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer)));
  const offsets = arrays.map((_, index) => arrays.slice(0, index).reduce((sum, { byteLength }) => sum + byteLength, 0));
  const attributes = { POSITION: 0, ...(joints.length > 0 && { JOINTS_0: 3, WEIGHTS_0: 4 }) };
  const shown = parts.filter(({ primitives }) => primitives);
  const inner = new Set(parts.flatMap(({ children = [] }) => children));
  const json = {
    ...{ asset: { version: "2.0" }, scene: 0 },
    scenes: [{ nodes: parts.flatMap((_, index) => (inner.has(index) ? [] : [index])) }],
    nodes: parts.map((part) => {
      const { name, children, skin, translation } = part;
      return { name, children, skin, translation, ...(part.primitives && { mesh: shown.indexOf(part) }) };
    }),
    meshes: shown.map(({ meshName, primitives = 1 }) => ({
      name: meshName,
      primitives: Array.from({ length: primitives }, () => ({ attributes })),
    })),
    ...(joints.length > 0 && { skins: [{ joints }] }),
    accessors: [
      { bufferView: 0, componentType: FLOAT, count: 3, type: "VEC3", min: [0, 0, 0], max: [1, 1, 0] },
      { bufferView: 1, componentType: FLOAT, count: 2, type: "SCALAR", min: [0], max: [1] },
      { bufferView: 2, componentType: FLOAT, count: 2, type: "VEC3" },
      { bufferView: 3, componentType: 5121, count: 3, type: "VEC4" },
      { bufferView: 4, componentType: FLOAT, count: 3, type: "VEC4" },
    ],
    bufferViews: arrays.map(({ byteLength }, index) => ({ buffer: 0, byteOffset: offsets[index], byteLength })),
    buffers: [{ byteLength: binary.length }],
    animations: parts.map((_, node) => ({
      name: String(node),
      channels: [{ sampler: 0, target: { node, path: "translation" } }],
      samplers: [{ input: 1, output: 2 }],
    })),
    ...document,
  };
  return glb(JSON.stringify(json), binary);
}

function glb(json: string, binary: Buffer): Buffer {
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
  const body = Buffer.concat([words(text.length, JSON_CHUNK), text, words(binary.length, BINARY_CHUNK), binary]);
  return Buffer.concat([words(MAGIC, 2, 12 + body.length), body]);
}

function words(...numbers: number[]): Buffer {
  return Buffer.from(new Uint32Array(numbers).buffer);
}
