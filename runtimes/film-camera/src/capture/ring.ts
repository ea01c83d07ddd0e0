/** The ring file: frames go into slots that are free, the crew is told of each, and gives the slot back. */

import { real } from "../real";
import { OpfsFile } from "./opfsFile";

const NAME = "film-ring";

declare global {
  interface Window {
    /** The crew's ear: JSON `{slot, index}`. */
    __filmFrame?: (told: string) => void;
  }
}

export class Ring {
  private readonly file: OpfsFile;
  private readonly free: number[];
  private readonly indices = new Map<number, number>();
  private wake: (() => void)[] = [];
  private failure: Error | null = null;
  private readonly tell: (told: string) => void;

  constructor(
    private readonly slots: number,
    private readonly slotBytes: number,
  ) {
    if (!window.__filmFrame) throw new Error("film: nobody listens to the camera.");
    this.tell = window.__filmFrame.bind(window);
    this.free = Array.from({ length: slots }, (_, slot) => slot);
    this.file = new OpfsFile(NAME, slots * slotBytes);
    this.file.onWritten = (slot) => {
      this.tell(JSON.stringify({ slot, index: this.indices.get(slot) }));
      this.awaken();
    };
    this.file.onFailed = (error) => {
      this.failure = error;
      this.awaken();
    };
  }

  opened(): Promise<void> {
    return this.file.opened();
  }

  buffer(bytes: number): Uint8Array<ArrayBuffer> {
    return this.file.buffer(bytes);
  }

  /** Hands a frame over; waits for a free slot. */
  async put(index: number, pixels: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.until(() => this.free.length > 0);
    const slot = this.free.shift() as number;
    this.indices.set(slot, index);
    this.file.write(slot, slot * this.slotBytes, pixels);
  }

  /** The crew has read a slot. */
  release(slot: number): void {
    if (!this.indices.delete(slot)) throw new Error(`film: slot ${slot} holds no frame.`);
    this.free.push(slot);
    this.awaken();
  }

  /** Waits until every frame has been read, and closes the file. */
  async finish(): Promise<void> {
    await this.until(() => this.free.length === this.slots);
    await this.file.close();
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.failure) throw this.failure;
      await new real.Promise<void>((resolve) => this.wake.push(resolve));
    }
    if (this.failure) throw this.failure;
  }

  private awaken(): void {
    const woken = this.wake;
    this.wake = [];
    woken.forEach((go) => go());
  }
}
