/** Reads scene files, of either shape and either packing, as levels. */

import { SceneError, messageOf } from "../../core/errors";
import type { Level } from "./types";
import { readLevel } from "./level";
import { readRuntimeScene } from "./runtimeScene";

const MAGIC = 0x56_4c_45_41; // "AELV", little endian
const HEADER_BYTES = 16;
/** The longest text that is unpacked. No level is near that; a hostile one must not fill the memory. */
const LONGEST_TEXT_BYTES = 256 * 1024 * 1024;

/** Reads a scene file; `name` is for messages. Throws a SceneError that says what is wrong with the file. */
export async function readScene(name: string, bytes: ArrayBuffer): Promise<Level> {
  const json = await readSceneFile(name, bytes);
  return "entities" in json ? readLevel(name, json) : readRuntimeScene(name, json);
}

/** The file's own content, unpacked. */
export async function readSceneFile(name: string, bytes: ArrayBuffer): Promise<object> {
  const json = parse(name, isBinary(bytes) ? await inflate(name, bytes) : new TextDecoder().decode(bytes));
  if (json === null || typeof json !== "object" || Array.isArray(json)) {
    throw new SceneError(name, "The file holds no scene: an object is expected.");
  }
  return json;
}

function isBinary(bytes: ArrayBuffer): boolean {
  return bytes.byteLength >= HEADER_BYTES && new DataView(bytes).getUint32(0, true) === MAGIC;
}

/** 16 bytes: magic, version 1, compressed size, length of the text; then zlib data (all little endian). */
async function inflate(name: string, bytes: ArrayBuffer): Promise<string> {
  const header = new DataView(bytes);
  const [version, packed, length] = [4, 8, 12].map((at) => header.getUint32(at, true)) as [number, number, number];
  if (version !== 1) throw new SceneError(name, `The file has version ${version}; this player reads 1.`);
  if (HEADER_BYTES + packed > bytes.byteLength) throw new SceneError(name, "The file is cut short.");
  if (length > LONGEST_TEXT_BYTES) throw new SceneError(name, `The file says that it holds ${length} bytes: too many.`);
  const body = new Blob([bytes.slice(HEADER_BYTES, HEADER_BYTES + packed)]);
  try {
    return await textOf(body.stream().pipeThrough(new DecompressionStream("deflate")), length);
  } catch (cause) {
    throw new SceneError(name, `The file cannot be unpacked: ${messageOf(cause)}`, { cause });
  }
}

async function textOf(stream: ReadableStream<Uint8Array>, length: number): Promise<string> {
  const decoder = new TextDecoder();
  let [text, seen] = ["", 0];
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    seen += part.value.length;
    // The length counts bytes in some files and characters in others: four bytes a character is the most.
    if (seen > length * 4) throw new Error(`more than the ${length} bytes that its header names`);
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SceneError(name, `The file is not valid JSON: ${messageOf(cause)}`, { cause });
  }
}
