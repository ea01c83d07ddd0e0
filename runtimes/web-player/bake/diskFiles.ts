/** The game's files, from the disk. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Downloads } from "../src/assets/downloads";
import { AssetError } from "../src/core/errors";

/** Nobody looks at them here, and so the export does not hand them over. */
const PICTURE = /\.(?:png|jpe?g|webp|avif|gif|bmp|ktx2|basis|dds|svg)$/i;

export class DiskFiles extends Downloads {
  constructor(private readonly paths: Readonly<Record<string, string>>) {
    super("file:///", Object.fromEntries(Object.keys(paths).map((path) => [path, { size: 0 }])));
  }

  override resolve(reference: string, requester: string): string {
    return PICTURE.test(reference) ? reference : super.resolve(reference, requester);
  }

  override async bytes(path: string): Promise<ArrayBuffer> {
    const place = Object.hasOwn(this.paths, path) ? this.paths[path] : undefined;
    if (place !== undefined) return whole(place);
    if (PICTURE.test(path)) return new ArrayBuffer(0);
    throw new AssetError(path, `“${path}” is not among the files.`);
  }

  override document(path: string): Promise<ArrayBuffer> {
    return this.bytes(path);
  }

  /** What belongs to this program. */
  override fetch(url: string): Promise<ArrayBuffer> {
    return whole(fileURLToPath(url));
  }
}

async function whole(place: string): Promise<ArrayBuffer> {
  const bytes = await readFile(place);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
