/** Post-processing: a chunk of its own, for levels that ask for it. */

import {
  HalfFloatType,
  Vector2,
  WebGLRenderTarget,
  type Camera,
  type DataTexture,
  type OrthographicCamera,
  type PerspectiveCamera,
  type Scene,
  type WebGLRenderer,
} from "three";
import { SimplexNoise } from "three/addons/math/SimplexNoise.js";
import { BokehPass } from "three/addons/postprocessing/BokehPass.js";
import { EffectComposer } from "three/addons/postprocessing/EffectComposer.js";
import { GTAOPass } from "three/addons/postprocessing/GTAOPass.js";
import { OutputPass } from "three/addons/postprocessing/OutputPass.js";
import type { Pass } from "three/addons/postprocessing/Pass.js";
import { RenderPass } from "three/addons/postprocessing/RenderPass.js";
import { ShaderPass } from "three/addons/postprocessing/ShaderPass.js";
import { SMAAPass } from "three/addons/postprocessing/SMAAPass.js";
import { UnrealBloomPass } from "three/addons/postprocessing/UnrealBloomPass.js";
import type { PostProcessingSettings } from "../scene/format/types";
import { Random } from "../core/random";
import { GradingShader } from "./grading";

export class Effects {
  private composer: EffectComposer | null = null;
  private shown: { scene: Scene; camera: Camera } | null = null;
  private size = { width: 1, height: 1, pixelRatio: 1 };
  private readonly edges = new SMAAPass();

  private constructor(
    private readonly renderer: WebGLRenderer,
    private readonly settings: PostProcessingSettings,
  ) {}

  /** Resolves when every picture has all effects: the tables of the edges' pass are images, which browsers decode when they like. */
  static async load(renderer: WebGLRenderer, settings: PostProcessingSettings): Promise<Effects> {
    const effects = new Effects(renderer, settings);
    await Promise.all(tablesOf(effects.edges).map(decoded));
    return effects;
  }

  setSize(width: number, height: number, pixelRatio: number): void {
    this.size = { width, height, pixelRatio };
    this.composer?.setPixelRatio(pixelRatio);
    this.composer?.setSize(width, height);
  }

  render(scene: Scene, camera: Camera): void {
    if (!this.composer || this.shown?.scene !== scene || this.shown.camera !== camera) {
      this.dropPasses();
      this.composer = this.compose(scene, camera);
      this.shown = { scene, camera };
    }
    this.composer.render(0);
  }

  dispose(): void {
    this.dropPasses();
    this.edges.dispose();
  }

  private dropPasses(): void {
    this.composer?.passes.filter((pass) => pass !== this.edges).forEach((pass) => pass.dispose());
    this.composer?.dispose();
    this.composer = null;
  }

  /** Makes the passes in the order of light: occlusion, glare, blur, then the picture's own colours, and edges at last. */
  private compose(scene: Scene, camera: Camera): EffectComposer {
    const { width, height, pixelRatio } = this.size;
    const target = new WebGLRenderTarget(width * pixelRatio, height * pixelRatio, { type: HalfFloatType });
    const composer = new EffectComposer(this.renderer, target);
    composer.setPixelRatio(pixelRatio);
    composer.setSize(width, height);
    for (const pass of this.passes(scene, camera)) composer.addPass(pass);
    return composer;
  }

  private *passes(scene: Scene, camera: Camera): Generator<Pass> {
    const { ssao, bloom, dof, colorGrading } = this.settings;
    const { width, height } = this.size;
    yield new RenderPass(scene, camera);
    if (ssao.enabled) yield occlusion(scene, camera, width, height, ssao);
    if (bloom.enabled)
      yield new UnrealBloomPass(new Vector2(width, height), bloom.intensity, bloom.radius, bloom.threshold);
    if (dof.enabled) {
      yield new BokehPass(scene, camera as PerspectiveCamera, {
        focus: dof.focus,
        aperture: dof.aperture * 0.01,
        maxblur: 0.01,
      });
    }
    yield new OutputPass();
    if (colorGrading.enabled) yield grading(colorGrading);
    yield this.edges;
  }
}

function tablesOf(edges: SMAAPass): HTMLImageElement[] {
  const { _areaTexture, _searchTexture } = edges as unknown as Record<string, { image: HTMLImageElement }>;
  return [_areaTexture, _searchTexture].map((texture) => (texture as { image: HTMLImageElement }).image);
}

/** Resolves after the image's own listener has seen that it is there. */
function decoded(image: HTMLImageElement): Promise<void> {
  return new Promise((resolve, reject) => {
    image.addEventListener("load", () => resolve());
    image.addEventListener("error", () => reject(new Error("A table of the post-processing could not be decoded.")));
  });
}

function occlusion(
  scene: Scene,
  camera: Camera,
  width: number,
  height: number,
  { radius, intensity }: PostProcessingSettings["ssao"],
): Pass {
  const pass = new GTAOPass(scene, camera as PerspectiveCamera | OrthographicCamera, width, height);
  pass.updateGtaoMaterial({ radius });
  pass.blendIntensity = intensity;
  makeRepeatable(pass.pdNoiseTexture);
  return pass;
}

/** Makes the noise anew with a seed: three.js uses Math.random, so that no two browsers would draw the same frame. */
function makeRepeatable(noise: DataTexture): void {
  const random = new Random(1);
  const simplex = new SimplexNoise({ random: () => random.next() });
  const { data, width, height } = noise.image as { data: Uint8Array; width: number; height: number };
  for (let texel = 0; texel < width * height; texel++) {
    const [x, y] = [texel % width, Math.floor(texel / width)];
    const corners = [
      [x, y],
      [x + width, y],
      [x, y + height],
      [x + width, y + height],
    ] as const;
    corners.forEach(([u, v], channel) => (data[texel * 4 + channel] = (simplex.noise(u, v) * 0.5 + 0.5) * 255));
  }
}

function grading({ saturation, contrast, brightness }: PostProcessingSettings["colorGrading"]): Pass {
  const pass = new ShaderPass(GradingShader);
  Object.assign(pass.uniforms, {
    saturation: { value: saturation },
    contrast: { value: contrast },
    brightness: { value: brightness },
  });
  return pass;
}
