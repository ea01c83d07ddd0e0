import type { LeftOut } from "../project/home-rule.js";

/** A file to push: where it lies in the project, and a way to read it, which is used once or twice. */
export interface SourceFile {
  /** From the top of the folder, `/` between the parts. */
  path: string;
  /** Bytes. */
  size: number;
  stream(): ReadableStream<Uint8Array>;
  /** The same bytes as the browser holds them: these are neither copied nor read into memory to be sent. */
  blob?: Blob;
  /** Whether the path begins at the project's top for certain; otherwise a single folder around all files is left out. */
  isFromTop?: boolean;
  /** Where the source itself says that it stays at home, a folder or a link for one: why. */
  leftOut?: LeftOut;
}

/** Stands for what a source leaves out, so that the push tells of it. */
export function leftOutFile(leftOut: LeftOut): SourceFile {
  return { path: leftOut.path, size: 0, stream: () => new Blob([]).stream(), leftOut };
}

/** A file of the browser at its place in the project. */
export function fromBlob(path: string, blob: Blob): SourceFile {
  return { path, size: blob.size, blob, stream: () => blob.stream() };
}

/** A text or bytes at their place in the project. */
export function fromContent(path: string, content: string | Uint8Array<ArrayBuffer>): SourceFile {
  return fromBlob(path, new Blob([content]));
}

/** All bytes of a file; for small ones. */
export async function bytesOf(file: SourceFile): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(file.blob ?? file.stream()).arrayBuffer());
}
