/** Draws scenes onto a WebGL canvas that fills its box. */

import {
  ACESFilmicToneMapping,
  BasicShadowMap,
  CineonToneMapping,
  HalfFloatType,
  LinearToneMapping,
  NoToneMapping,
  PCFShadowMap,
  ReinhardToneMapping,
  SRGBColorSpace,
  VSMShadowMap,
  WebGLRenderTarget,
  WebGLRenderer,
  type Camera,
  type Scene,
  type ShadowMapType,
  type ToneMapping,
} from "three";
import { GameError } from "../core/errors";
import type { PostProcessingSettings, RenderingSettings } from "../scene/format/types";
import type { Effects } from "./effects";
import type { Quality } from "./quality";

const TONE_MAPPINGS: Record<string, ToneMapping> = {
  none: NoToneMapping,
  linear: LinearToneMapping,
  reinhard: ReinhardToneMapping,
  cineon: CineonToneMapping,
  aces: ACESFilmicToneMapping,
};
/** three.js draws what it called soft as PCF. */
const SHADOW_TYPES: Record<string, ShadowMapType> = {
  basic: BasicShadowMap,
  pcf: PCFShadowMap,
  pcfsoft: PCFShadowMap,
  vsm: VSMShadowMap,
};

export class Renderer {
  readonly webgl: WebGLRenderer;
  /** CSS pixels. */
  size = { width: 1, height: 1 };
  onResize: () => void = () => undefined;
  private effects: Effects | null = null;
  /** The settings whose effects are shown, or being loaded. */
  private wanted: PostProcessingSettings | null = null;
  private fixedSize = false;
  private pixelPerfect = false;
  private pixelRatio = 1;
  private screenRatio = 0;

  constructor(
    readonly canvas: HTMLCanvasElement,
    antialias: boolean,
    private readonly quality: Quality,
  ) {
    this.webgl = makeRenderer(canvas, antialias);
    this.webgl.setOpaqueSort(nearestFirst);
    this.webgl.outputColorSpace = SRGBColorSpace;
    this.webgl.toneMapping = ACESFilmicToneMapping;
    this.webgl.shadowMap.enabled = true;
    this.webgl.shadowMap.type = PCFShadowMap;
    new ResizeObserver(() => this.fit()).observe(canvas.parentElement as HTMLElement);
    this.fit();
  }

  /** Whether pictures go through post-processing. */
  get hasEffects(): boolean {
    return this.wanted !== null;
  }

  get aspect(): number {
    return this.size.width / this.size.height;
  }

  /** Follows the box that the canvas stands in and the screen's pixel ratio, unless a size has been set. */
  fit(): void {
    this.screenRatio = devicePixelRatio;
    if (this.fixedSize) return;
    const { clientWidth, clientHeight } = this.canvas.parentElement as HTMLElement;
    const [width, height] = [Math.max(clientWidth, 1), Math.max(clientHeight, 1)];
    this.apply(width, height, this.pixelPerfect ? 1 : this.quality.pixelRatio(width, height));
  }

  /** Fixes the size, in CSS pixels: for renderers. */
  resize(width: number, height: number, pixelRatio = 1): void {
    this.fixedSize = true;
    this.apply(width, height, pixelRatio);
  }

  private apply(width: number, height: number, pixelRatio: number): void {
    if (width === this.size.width && height === this.size.height && pixelRatio === this.pixelRatio) return;
    this.size = { width, height };
    this.pixelRatio = pixelRatio;
    this.webgl.setPixelRatio(pixelRatio);
    this.webgl.setSize(width, height, this.fixedSize);
    this.effects?.setSize(width, height, pixelRatio);
    this.onResize();
  }

  /** Follows what a scene says about how all of it is drawn. */
  useRendering({ toneMapping, exposure, shadowType, pixelPerfect }: RenderingSettings): void {
    this.webgl.toneMapping = TONE_MAPPINGS[toneMapping] ?? ACESFilmicToneMapping;
    this.webgl.toneMappingExposure = exposure;
    this.webgl.shadowMap.type = SHADOW_TYPES[shadowType] ?? PCFShadowMap;
    this.pixelPerfect = pixelPerfect;
    this.canvas.style.imageRendering = pixelPerfect ? "pixelated" : "";
    this.fit();
  }

  /** Loads the post-processing that the settings ask for, if the preset allows it. */
  async useEffects(asked: PostProcessingSettings): Promise<void> {
    this.dropEffects();
    const settings = this.quality.effects(asked);
    if (!settings) return;
    this.wanted = settings;
    const { Effects: Chunk } = await import("./effects");
    const effects = await Chunk.load(this.webgl, settings);
    if (this.wanted !== settings) return effects.dispose(); // other ones, or none, have been asked for meanwhile
    this.effects?.dispose();
    this.effects = effects;
    this.effects.setSize(this.size.width, this.size.height, this.pixelRatio);
  }

  private dropEffects(): void {
    this.effects?.dispose();
    this.effects = this.wanted = null;
  }

  /** Compiles every shader of a scene side by side; drawing would do it one after the other. */
  async compile(scene: Scene, camera: Camera): Promise<void> {
    // Shaders differ by where they draw: effects begin with linear colours in a target of their own.
    const target = this.effects ? new WebGLRenderTarget(1, 1, { type: HalfFloatType }) : null;
    this.webgl.setRenderTarget(target);
    const compiled = this.webgl.compileAsync(scene, camera);
    this.webgl.setRenderTarget(null);
    await compiled;
    target?.dispose();
  }

  draw(scene: Scene, camera: Camera): void {
    if (devicePixelRatio !== this.screenRatio) this.fit(); // the window went to another screen, or was zoomed
    if (this.effects) this.effects.render(scene, camera);
    else this.webgl.render(scene, camera);
  }
}

function makeRenderer(canvas: HTMLCanvasElement, antialias: boolean): WebGLRenderer {
  try {
    return new WebGLRenderer({ canvas, antialias, powerPreference: "high-performance" });
  } catch (cause) {
    throw new GameError(
      "This device cannot show the game",
      "It needs WebGL 2, which this browser does not offer or has switched off.",
      { cause },
    );
  }
}

/** three.js puts materials in the order of their making first, which is that of downloads: where surfaces touch, a pixel would differ from run to run. */
function nearestFirst(a: RenderItem, b: RenderItem): number {
  return a.groupOrder - b.groupOrder || a.renderOrder - b.renderOrder || a.z - b.z || a.id - b.id;
}

interface RenderItem {
  groupOrder: number;
  renderOrder: number;
  z: number;
  id: number;
}
