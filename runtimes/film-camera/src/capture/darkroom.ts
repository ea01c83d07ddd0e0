/**
 * Takes pictures of a canvas, and makes frames of them, in a WebGL context of its own: a game's own context is not touched, and 2D canvases
 * are filmed as well.
 *
 * Supersampling and motion blur are averages of light: colours are decoded by the sRGB curve, averaged in 32-bit floats, and encoded again.
 */

import type { Shot } from "../shot";
import { frameBytes } from "../shot";
import { makeProgram, makeTarget, makeTexture, type Program, type Target } from "./gl";
import { CHROMA_OF_EIGHTS, COVER, DEVELOP, GATHER, LUMA_OF_EIGHTS, PLACE, PLANES, STRAIGHT } from "./shaders";

/** Where the canvas stands on the page, in pixels of the picture, and what lies behind it (premultiplied, 0 to 1). */
export interface Placing {
  box: [left: number, top: number, width: number, height: number];
  ground: [red: number, green: number, blue: number, alpha: number];
  smooth: boolean;
}

const NOTHING: Placing["ground"] = [0, 0, 0, 0];
/** Beside the picture, on nothing. */
const NOWHERE: Placing = { box: [-1, -1, 1, 1], ground: NOTHING, smooth: false };

/** A picture as large as it should be, and how it is read. */
interface Source {
  texture: WebGLTexture;
  /** What lies behind it. */
  ground: Placing["ground"];
  rows: [first: number, step: number];
}

/** A program, and the rows of the frame's target that it fills. */
interface Pass {
  program: Program;
  top: number;
  rows: number;
}

type Shape = Pick<Shot, "width" | "height" | "supersample" | "subframes" | "layout" | "transparent">;

const getContext = HTMLCanvasElement.prototype.getContext;

export class Darkroom {
  readonly gl: WebGL2RenderingContext;
  private readonly picture: WebGLTexture;
  private pictureSize = { width: 0, height: 0 };
  private readonly overlay: WebGLTexture;
  private overlaid = false;
  private readonly placed: Target;
  private readonly place: Program;
  /** Where pictures are averaged: else they are passed on as they are, bit by bit. */
  private readonly averaging: Averaging | null;
  private readonly frame: Target;
  private readonly finish: Pass[];
  /** Of the picture that was printed last. */
  private source: Source;

  constructor(private readonly shape: Shape) {
    this.gl = makeContext();
    const { gl } = this;
    const { width, height, supersample, subframes } = shape;
    this.picture = makeTexture(gl);
    this.overlay = makeTexture(gl);
    this.placed = makeTarget(gl, gl.RGBA8, width * supersample, height * supersample);
    this.place = makeProgram(gl, COVER, PLACE);
    this.source = asItIs(this.placed);
    this.averaging = supersample > 1 || subframes > 1 ? makeAveraging(gl, shape) : null;
    this.frame = makeTarget(gl, gl.RGBA8, ...frameTexels(shape));
    this.finish = this.passes().map(([fragments, top, rows]) => ({
      program: makeProgram(gl, COVER, fragments),
      top,
      rows,
    }));
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    // Browsers keep what WebGL has drawn from its bottom on, and turn it round by reading it back, which takes as long as all else.
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
  }

  private passes(): [fragments: string, top: number, rows: number][] {
    const { height, layout } = this.shape;
    const { height: rows } = this.frame;
    if (layout === "rgba") return [[STRAIGHT, 0, rows]];
    if (!isOfEights(this.shape)) return [[PLANES, 0, rows]];
    return [
      [LUMA_OF_EIGHTS, 0, height],
      [CHROMA_OF_EIGHTS, height, rows - height],
    ];
  }

  /** Takes a picture of a canvas: has to be called in the task that drew it. Whether it may be read. */
  take(canvas: HTMLCanvasElement): boolean {
    try {
      this.load(this.picture, canvas);
      this.pictureSize = { width: canvas.width, height: canvas.height };
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
    const whole = placing !== null && this.isWhole(placing);
    if (!whole) this.layOut(placing ?? NOWHERE);
    this.source = whole
      ? { texture: this.picture, ground: placing.ground, rows: [this.pictureSize.height - 1, -1] }
      : asItIs(this.placed);
    if (this.averaging) this.gather(this.averaging);
  }

  /** Whether the canvas is all of the picture, pixel by pixel. */
  private isWhole({ box: [left, top, width, height], smooth }: Placing): boolean {
    const { placed, pictureSize, overlaid } = this;
    const fills = left === 0 && top === 0 && width === placed.width && height === placed.height;
    return fills && !smooth && !overlaid && pictureSize.width === width && pictureSize.height === height;
  }

  private layOut({ box, ground, smooth }: Placing): void {
    const { gl, place } = this;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.overlay);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.picture);
    const filter = smooth ? gl.LINEAR : gl.NEAREST;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    place.use();
    gl.uniform4fv(place.at("box"), box);
    gl.uniform4fv(place.at("ground"), ground);
    gl.uniform1i(place.at("overlay"), 1);
    gl.uniform1i(place.at("overlaid"), Number(this.overlaid));
    this.draw(this.placed);
  }

  private gather(averaging: Averaging): void {
    const { gl } = this;
    const { subframes, supersample } = this.shape;
    const { gather, taken } = averaging;
    const [to, from] = (taken % 2 ? averaging.gathered : averaging.gathered.toReversed()) as [Target, Target];
    gather.use();
    this.read(this.source, gather);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, from.texture);
    gl.uniform1i(gather.at("before"), 1);
    gl.uniform1i(gather.at("side"), supersample);
    gl.uniform1f(gather.at("share"), 1 / subframes);
    gl.uniform1i(gather.at("first"), Number(taken % subframes === 0));
    this.draw(to);
    averaging.taken += 1;
  }

  /** Makes a frame of the pictures taken since the last one, into the buffer that is bound for packing. */
  develop(): void {
    const { gl, frame } = this;
    const { width, height, layout, transparent } = this.shape;
    const source = this.averaging ? this.averaged(this.averaging) : this.source;
    for (const { program, top, rows } of this.finish) {
      program.use();
      this.read(source, program);
      gl.uniform2i(program.at("size"), width, height);
      gl.uniform1i(program.at("texels"), frame.width);
      gl.uniform1i(program.at("opaque"), Number(layout === "rgba" && !transparent));
      this.draw(frame, top, rows);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame.frame);
    gl.readPixels(0, 0, frame.width, frame.height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
  }

  private averaged({ gathered, taken, develop, developed }: Averaging): Source {
    const { gl } = this;
    const light = gathered[taken % 2 ? 1 : 0] as Target;
    develop.use();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, light.texture);
    this.draw(developed);
    return asItIs(developed);
  }

  /** What the program in use reads. */
  private read({ texture, ground, rows }: Source, program: Program): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform4fv(program.at("ground"), ground);
    gl.uniform2iv(program.at("rows"), rows);
  }

  private draw({ frame, width, height }: Target, top = 0, rows = height): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.viewport(0, top, width, rows);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Bytes that `develop` packs: a frame, filled up to whole rows of texels. */
  get packedBytes(): number {
    return this.frame.width * this.frame.height * 4;
  }
}

/** A picture that was drawn here: from its top on, and with everything behind it. */
function asItIs({ texture }: Target): Source {
  return { texture, ground: NOTHING, rows: [0, 1] };
}

function isOfEights({ width, height }: Shape): boolean {
  return width % 8 === 0 && height % 2 === 0;
}

/** How the bytes of a frame lie in texels of four. */
function frameTexels(shape: Shape): [width: number, height: number] {
  const { width, height, layout } = shape;
  if (layout === "rgba") return [width, height];
  if (isOfEights(shape)) return [width / 4, (height * 3) / 2];
  const across = Math.max(Math.ceil(width / 4), 1);
  return [across, Math.ceil(frameBytes(shape) / 4 / across)];
}

interface Averaging {
  gathered: Target[];
  gather: Program;
  developed: Target;
  develop: Program;
  /** Pictures so far. */
  taken: number;
}

function makeAveraging(gl: WebGL2RenderingContext, { width, height }: Shape): Averaging {
  if (!gl.getExtension("EXT_color_buffer_float")) throw new Error("film: this browser cannot average pictures.");
  return {
    gathered: [makeTarget(gl, gl.RGBA32F, width, height), makeTarget(gl, gl.RGBA32F, width, height)],
    gather: makeProgram(gl, COVER, GATHER),
    developed: makeTarget(gl, gl.RGBA8, width, height),
    develop: makeProgram(gl, COVER, DEVELOP),
    taken: 0,
  };
}

function makeContext(): WebGL2RenderingContext {
  const canvas = document.createElement("canvas");
  const gl = getContext.call(canvas, "webgl2", { antialias: false, depth: false, powerPreference: "high-performance" });
  if (!gl) throw new Error("film: this browser has no WebGL 2.");
  return gl as WebGL2RenderingContext;
}
