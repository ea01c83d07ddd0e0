/** The files that a page carries inside itself: base64 of their bytes, some of them deflated. */

import { inflateSync } from "fflate";

/** By its place in the game: MIME type, base64, and 1 where the bytes are deflated. */
export type Packed = Record<string, [type: string, base64: string, deflated?: 1]>;

/** A data address is copied wherever it is used: films are given as an object of the browser's instead. */
const LARGEST_DATA = 4 << 20; // characters

export class Archive {
  private readonly objects = new Map<string, string>();

  private constructor(
    private readonly files: Packed,
    private written?: string,
  ) {}

  /** As it stands in a page. */
  static read(text: string): Archive {
    return new Archive(JSON.parse(text) as Packed, text);
  }

  /** As a worker gets it. */
  static of(files: Packed): Archive {
    return new Archive(files);
  }

  /** The archive as JSON. */
  get text(): string {
    return (this.written ??= JSON.stringify(this.files));
  }

  has(path: string): boolean {
    return Object.hasOwn(this.files, path);
  }

  type(path: string): string {
    return this.files[path]?.[0] ?? "";
  }

  bytes(path: string): Uint8Array<ArrayBuffer> {
    const [, base64, deflated] = this.files[path] ?? ["", ""];
    const characters = atob(base64);
    const bytes = new Uint8Array(characters.length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
    return deflated ? inflateSync(bytes) : bytes;
  }

  string(path: string): string {
    return new TextDecoder().decode(this.bytes(path));
  }

  /** An address that needs no request: what elements and styles are given. */
  address(path: string): string {
    const [type, base64, deflated] = this.files[path] ?? ["", ""];
    if (deflated || (base64.length > LARGEST_DATA && /^(audio|video)\//.test(type))) return this.object(path);
    return `data:${type};base64,${base64}`;
  }

  private object(path: string): string {
    const known = this.objects.get(path);
    if (known) return known;
    const made = URL.createObjectURL(new Blob([this.bytes(path)], { type: this.type(path) }));
    this.objects.set(path, made);
    return made;
  }
}
