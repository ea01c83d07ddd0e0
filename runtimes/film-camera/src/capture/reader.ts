/** Reads frames back while the next ones are drawn: two buffers on the GPU's side, and a worker that writes them out. */

import { rest } from "../real";
import type { Shot } from "../shot";
import { frameBytes } from "../shot";
import { Darkroom } from "./darkroom";
import { Ring } from "./ring";

const BUFFERS = 2;
const PAUSE_MS = 2;

interface Pending {
  buffer: WebGLBuffer;
  /** The frame that is on its way. */
  index: number | null;
  sync: WebGLSync | null;
}

export class FrameReader {
  readonly darkroom: Darkroom;
  readonly ring: Ring;
  private readonly pending: Pending[];
  private readonly bytes: number;
  private count = 0;

  constructor(shot: Shot) {
    this.darkroom = new Darkroom(shot);
    this.ring = new Ring(shot.slots, shot.slotBytes);
    this.bytes = frameBytes(shot);
    const { gl, packedBytes } = this.darkroom;
    this.pending = Array.from({ length: BUFFERS }, () => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
      gl.bufferData(gl.PIXEL_PACK_BUFFER, packedBytes, gl.STREAM_COPY);
      return { buffer, index: null, sync: null };
    });
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  }

  /** Waits until a buffer is free. To be called before the frame's last picture is drawn: afterwards nothing may be waited for. */
  async makeRoom(): Promise<void> {
    await this.drain(this.pending[this.count % BUFFERS] as Pending);
  }

  /** Sends the frame on its way, in the task that took its last picture. */
  read(index: number): void {
    const { gl } = this.darkroom;
    const pending = this.pending[this.count % BUFFERS] as Pending;
    this.count += 1;
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pending.buffer);
    this.darkroom.develop();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    pending.index = index;
    pending.sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  }

  /** Waits until all frames have been handed over. */
  async finish(): Promise<void> {
    for (let n = 0; n < BUFFERS; n++) await this.drain(this.pending[(this.count + n) % BUFFERS] as Pending);
    await this.ring.finish();
  }

  private async drain(pending: Pending): Promise<void> {
    const { gl } = this.darkroom;
    const { sync, index } = pending;
    if (!sync || index === null) return;
    for (;;) {
      const state = gl.clientWaitSync(sync, 0, 0);
      if (state === gl.ALREADY_SIGNALED || state === gl.CONDITION_SATISFIED) break;
      if (state === gl.WAIT_FAILED || gl.isContextLost()) throw new Error("film: the camera lost its WebGL context.");
      await rest(PAUSE_MS); // and not by tasks without end: whoever draws needs the processor
    }
    gl.deleteSync(sync);
    const pixels = this.ring.buffer(this.bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pending.buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, pixels);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    pending.sync = pending.index = null;
    await this.ring.put(index, pixels);
  }
}
