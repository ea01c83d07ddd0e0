/** An uncompressed tar (POSIX.1-1988 ustar) of many small blobs, its entries named by their SHA-256. */

export const TAR_BLOCK = 512; // bytes
const encoder = new TextEncoder();

/** What an entry holds, and its name. */
export interface TarEntry {
  name: string;
  size: number;
  content: Blob | Uint8Array<ArrayBuffer>;
}

/** The parts of a tar, to be made one `Blob` of: contents are not copied. */
export function tarParts(entries: Iterable<TarEntry>): (Blob | Uint8Array<ArrayBuffer>)[] {
  const parts: (Blob | Uint8Array<ArrayBuffer>)[] = [];
  for (const { name, size, content } of entries) {
    parts.push(header(name, size), content, new Uint8Array(-size & (TAR_BLOCK - 1)));
  }
  return [...parts, new Uint8Array(2 * TAR_BLOCK)];
}

function header(name: string, size: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(TAR_BLOCK);
  const write = (at: number, text: string): void => block.set(encoder.encode(text), at);
  write(0, name);
  write(100, "0000644\0"); // mode
  write(108, "0000000\0".repeat(2)); // owner and group
  write(124, `${size.toString(8).padStart(11, "0")}\0`);
  write(136, `${"0".repeat(11)}\0`); // time
  write(148, `${" ".repeat(8)}0`); // the sum of all bytes is made with blanks in its place; "0": a file
  write(257, "ustar\x0000");
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}
