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
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
  const body = Buffer.concat([words(text.length, JSON_CHUNK), text, words(binary.length, BINARY_CHUNK), binary]);
  return Buffer.concat([words(MAGIC, 2, 12 + body.length), body]);
}

function words(...numbers: number[]): Buffer {
  return Buffer.from(new Uint32Array(numbers).buffer);
}
