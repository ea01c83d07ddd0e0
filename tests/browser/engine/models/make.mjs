/**
 * Compresses a model in each way that the player can read: `node make.mjs MODEL.glb TEXTURE.png OUTDIR`.
 *
 * Needs: npm install @gltf-transform/core @gltf-transform/extensions @gltf-transform/functions draco3dgltf meshoptimizer ktx2-encoder sharp
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { NodeIO } from "@gltf-transform/core";
import { ALL_EXTENSIONS } from "@gltf-transform/extensions";
import { draco, meshopt } from "@gltf-transform/functions";
import draco3d from "draco3dgltf";
import { MeshoptDecoder, MeshoptEncoder } from "meshoptimizer";
import { ktx2 } from "ktx2-encoder/gltf-transform";
import sharp from "sharp";

const [model, texture, out] = process.argv.slice(2);
const io = new NodeIO().registerExtensions(ALL_EXTENSIONS).registerDependencies({
  "draco3d.encoder": await draco3d.createEncoderModule(),
  "draco3d.decoder": await draco3d.createDecoderModule(),
  "meshopt.encoder": MeshoptEncoder,
  "meshopt.decoder": MeshoptDecoder,
});
await MeshoptEncoder.ready;

const decode = async (bytes) => {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
};

for (const [name, transform] of [
  ["draco", draco()],
  ["meshopt", meshopt({ encoder: MeshoptEncoder, level: "medium" })],
]) {
  const document = await io.read(model);
  await document.transform(transform);
  await io.write(join(out, `${name}.glb`), document);
}

const document = await io.read(texture);
await document.transform(ktx2({ isUASTC: true, generateMipmap: true, imageDecoder: decode }));
await io.write(join(out, "ktx2.glb"), document);
