/**
 * Takes pictures of a canvas, and makes frames of them, in a WebGL context of its own: a game's own context is not touched, and 2D canvases
 * are filmed as well.
 *
 * Supersampling and motion blur are averages of light: colours are decoded by the sRGB curve, averaged in 32-bit floats, and encoded again.
 */

import type { Shot } from "../shot";
import { frameBytes } from "../shot";
import { makeProgram, makeTarget, makeTexture, type Program, type Target } from "./gl";
import { COVER, DEVELOP, GATHER, PLACE, PLANES, PLANES_OF_EIGHTS, STRAIGHT } from "./shaders";

/** Where the canvas stands on the page, in pixels of the picture, and what lies behind it (premultiplied, 0 to 1). */
export interface Placing {
  box: [left: number, top: number, width: number, height: number];
  ground: [red: number, green: number, blue: number, alpha: number];
  smooth: boolean;
}

/** Beside the picture, on nothing. */
const NOWHERE: Placing = { box: [-1, -1, 1, 1], ground: [0, 0, 0, 0], smooth: false };

type Shape = Pick<Shot, "width" | "height" | "supersample" | "subframes" | "layout" | "transparent">;

const getContext = HTMLCanvasElement.prototype.getContext;

export class Darkroom {
  readonly gl: WebGL2RenderingContext;
  private readonly picture: WebGLTexture;
  private readonly overlay: WebGLTexture;
  private overlaid = false;
  private readonly gathered: Target[] = [];
  private readonly placed: Target;
  private readonly developed: Target;
  private readonly frame: Target;
  private readonly programs: Record<"place" | "gather" | "develop" | "finish", Program>;
  /** Whether pictures have to be averaged: else they are passed on as they are, bit by bit. */
  private readonly averages: boolean;
  private taken = 0;

  constructor(private readonly shape: Shape) {
    this.gl = makeContext();
    const { gl } = this;
    const { width, height, supersample, subframes, layout } = shape;
    this.averages = supersample > 1 || subframes > 1;
    this.picture = makeTexture(gl);
    this.overlay = makeTexture(gl);
    this.placed = makeTarget(gl, gl.RGBA8, width * supersample, height * supersample);
    if (this.averages) {
      if (!gl.getExtension("EXT_color_buffer_float")) throw new Error("film: this browser cannot average pictures.");
      for (let n = 0; n < 2; n++) this.gathered.push(makeTarget(gl, gl.RGBA32F, width, height));
    }
    this.developed = this.averages ? makeTarget(gl, gl.RGBA8, width, height) : this.placed;
    this.frame = makeTarget(gl, gl.RGBA8, ...frameTexels(shape));
    const finish = layout === "rgba" ? STRAIGHT : width % 8 === 0 && height % 2 === 0 ? PLANES_OF_EIGHTS : PLANES;
    this.programs = {
      place: makeProgram(gl, COVER, PLACE),
      gather: makeProgram(gl, COVER, GATHER),
      develop: makeProgram(gl, COVER, DEVELOP),
      finish: makeProgram(gl, COVER, finish),
    };
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  }

  /** Takes a picture of a canvas: has to be called in the task that drew it. Whether it may be read. */
  take(canvas: HTMLCanvasElement): boolean {
    try {
      this.load(this.picture, canvas);
    } catch (error) {
      if (error instanceof DOMException && error.name === "SecurityError") return false;
      throw error;
    }
    return true;
  }

  /** What the page paints over the canvas, as large as the supersampled picture; null: nothing. */
  lay(overlay: ImageBitmap | null): void {
    this.overlaid = overlay !== null;
    if (overlay) this.load(this.overlay, overlay);
  }

  private load(texture: WebGLTexture, source: HTMLCanvasElement | ImageBitmap): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, source);
  }

  /** Puts the picture that was taken among those of the frame; without a place, what lies over it alone. */
  print(placing: Placing | null): void {
    const { box, ground, smooth } = placing ?? NOWHERE;
    const { gl, programs, placed } = this;
    const { subframes, supersample } = this.shape;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.overlay);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.picture);
    const filter = smooth ? gl.LINEAR : gl.NEAREST;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    programs.place.use();
    gl.uniform4fv(programs.place.at("box"), box);
    gl.uniform4fv(programs.place.at("ground"), ground);
    gl.uniform1i(programs.place.at("overlay"), 1);
    gl.uniform1i(programs.place.at("overlaid"), Number(this.overlaid));
    this.draw(placed);
    if (!this.averages) return;
    const [to, from] = (this.taken % 2 ? this.gathered : this.gathered.toReversed()) as [Target, Target];
    programs.gather.use();
    gl.bindTexture(gl.TEXTURE_2D, placed.texture);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, from.texture);
    gl.uniform1i(programs.gather.at("before"), 1);
    gl.uniform1i(programs.gather.at("side"), supersample);
    gl.uniform1f(programs.gather.at("share"), 1 / subframes);
    gl.uniform1i(programs.gather.at("first"), Number(this.taken % subframes === 0));
    this.draw(to);
    this.taken += 1;
  }

  /** Makes a frame of the pictures taken since the last one, into the buffer that is bound for packing. */
  develop(): void {
    const { gl, programs, developed, frame } = this;
    const { width, height, layout, transparent } = this.shape;
    gl.activeTexture(gl.TEXTURE0);
    if (this.averages) {
      const light = this.gathered[this.taken % 2 ? 1 : 0] as Target;
      programs.develop.use();
      gl.bindTexture(gl.TEXTURE_2D, light.texture);
      this.draw(developed);
    }
    programs.finish.use();
    gl.bindTexture(gl.TEXTURE_2D, developed.texture);
    gl.uniform2i(programs.finish.at("size"), width, height);
    gl.uniform1i(programs.finish.at("texels"), frame.width);
    gl.uniform1i(programs.finish.at("opaque"), Number(layout === "rgba" && !transparent));
    this.draw(frame);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame.frame);
    gl.readPixels(0, 0, frame.width, frame.height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
  }

  private draw({ frame, width, height }: Target): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.viewport(0, 0, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Bytes that `develop` packs: a frame, filled up to whole rows of texels. */
  get packedBytes(): number {
    return this.frame.width * this.frame.height * 4;
  }
}

/** How the bytes of a frame lie in texels of four. */
function frameTexels(shape: Shape): [width: number, height: number] {
  const { width, height, layout } = shape;
  if (layout === "rgba") return [width, height];
  if (width % 8 === 0 && height % 2 === 0) return [width / 4, (height * 3) / 2];
  const across = Math.max(Math.ceil(width / 4), 1);
  return [across, Math.ceil(frameBytes(shape) / 4 / across)];
}

function makeContext(): WebGL2RenderingContext {
  const canvas = document.createElement("canvas");
  const gl = getContext.call(canvas, "webgl2", { antialias: false, depth: false, powerPreference: "high-performance" });
  if (!gl) throw new Error("film: this browser has no WebGL 2.");
  return gl as WebGL2RenderingContext;
}
