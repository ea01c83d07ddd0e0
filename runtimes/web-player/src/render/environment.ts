/** The environment of a scene: sky, fog, ambient light. */

import {
  AmbientLight,
  Color,
  CubeReflectionMapping,
  CubeTexture,
  DataTexture,
  EquirectangularReflectionMapping,
  Fog,
  FogExp2,
  LinearFilter,
  PMREMGenerator,
  SRGBColorSpace,
  ShaderChunk,
  type Material,
  type Scene as ThreeScene,
  type Texture,
  type WebGLRenderTarget,
  type WebGLRenderer,
} from "three";
import type { Sky } from "three/addons/objects/Sky.js";
import type { Library } from "../assets/library";
import { readColor } from "../assets/materials";
import type { FogSettings, LevelSettings, SkyboxSettings } from "../scene/format/types";

const GRADIENT_ROWS = 256;

export class Environment {
  private readonly ambient: AmbientLight;
  private readonly owned: { dispose(): void }[] = [];
  private reflections: WebGLRenderTarget | null = null;
  private sky: Texture | null = null;
  private dome: Sky | null = null;
  private disposed = false;

  constructor(
    private readonly settings: LevelSettings,
    private readonly scene: ThreeScene,
  ) {
    const { ambientColor, ambientIntensity } = settings.lighting;
    this.ambient = new AmbientLight(readColor(ambientColor, "#404040"), ambientIntensity);
    scene.add(this.ambient);
    scene.fog = makeFog(settings.fog);
    scene.background = readColor(settings.skybox.color, "#87CEEB");
  }

  /** Fetches the sky's textures, where it has some. */
  async load(library: Library, renderer: WebGLRenderer): Promise<void> {
    const { skybox } = this.settings;
    if (skybox.type === "procedural") return this.addProceduralSky();
    const sky = await loadSky(skybox, library);
    if (!sky || this.disposed) return sky?.dispose();
    this.sky = sky;
    this.owned.push(sky);
    this.reflect(renderer);
    this.scene.background = this.sky;
    this.scene.backgroundIntensity = this.scene.environmentIntensity = skybox.intensity;
  }

  private async addProceduralSky(): Promise<void> {
    const { proceduralSky } = await import("./sky");
    if (this.disposed) return;
    const sky = proceduralSky(this.settings.skybox);
    this.dome = sky;
    this.scene.add(sky);
    this.owned.push(sky.geometry, sky.material as Material);
  }

  /** Leaves the sky out, so that what is drawn can stand on another picture. Its light stays. */
  clear(): void {
    this.scene.background = null;
    this.dome?.removeFromParent();
  }

  /** Makes image-based light from the sky. Needed again after the GPU has lost everything. */
  reflect(renderer: WebGLRenderer): void {
    if (!this.sky || this.settings.skybox.type === "gradient") return;
    this.reflections?.dispose();
    const generator = new PMREMGenerator(renderer);
    this.reflections =
      this.settings.skybox.type === "cubemap"
        ? generator.fromCubemap(this.sky as CubeTexture)
        : generator.fromEquirectangular(this.sky);
    generator.dispose();
    this.scene.environment = this.reflections.texture;
  }

  dispose(): void {
    this.disposed = true;
    this.reflections?.dispose();
    this.owned.splice(0).forEach((resource) => resource.dispose());
  }

  // ── For scripts: scene.settings ──

  get ambientColor(): string {
    return `#${this.ambient.color.getHexString()}`;
  }

  set ambientColor(color: string) {
    this.ambient.color.copy(readColor(color, "#404040"));
  }

  get ambientIntensity(): number {
    return this.ambient.intensity;
  }

  set ambientIntensity(intensity: number) {
    this.ambient.intensity = intensity;
  }

  get background(): string {
    return this.scene.background instanceof Color
      ? `#${this.scene.background.getHexString()}`
      : this.settings.skybox.color;
  }

  set background(color: string) {
    this.scene.background = readColor(color, "#87CEEB");
  }

  get fog(): FogSettings {
    const apply = (): void => void (this.scene.fog = makeFog(this.settings.fog));
    return new Proxy(this.settings.fog, {
      set: (fog, field, value) => {
        Reflect.set(fog, field, value);
        apply();
        return true;
      },
    });
  }

  set fog(fog: FogSettings) {
    Object.assign(this.settings.fog, fog);
    this.scene.fog = makeFog(this.settings.fog);
  }
}

function makeFog({ enabled, type, color, density, near, far }: FogSettings): Fog | FogExp2 | null {
  if (!enabled) return null;
  if (type === "linear") return new Fog(readColor(color, "#CCCCCC"), near, far);
  return new FogExp2(readColor(color, "#CCCCCC").getHex(), type === "exponential" ? -density : density);
}

/** three.js knows only fog that grows with the square of the distance: a density below zero asks for 1 − e^(−density · distance). */
ShaderChunk.fog_fragment = ShaderChunk.fog_fragment.replace(
  "- fogDensity * fogDensity * vFogDepth * vFogDepth",
  "fogDensity < 0.0 ? fogDensity * vFogDepth : - fogDensity * fogDensity * vFogDepth * vFogDepth",
);

/** A texture that is the caller's to dispose of; null for a plain colour. */
async function loadSky(skybox: SkyboxSettings, library: Library): Promise<Texture | null> {
  const requester = "the skybox";
  switch (skybox.type) {
    case "gradient":
      return gradient(readColor(skybox.gradientTop, "#3A7BD5"), readColor(skybox.gradientBottom, "#C9E4F6"));
    case "cubemap": {
      const sides = Array.isArray(skybox.texture) ? skybox.texture : [];
      return sides.length === 6
        ? cube(await Promise.all(sides.map((id) => library.texture(id, "color", requester))))
        : panorama(skybox, library);
    }
    case "hdri":
      return panorama(skybox, library);
    default:
      return null;
  }
}

/** One picture of all around, as an equirectangular projection: a texture of its own, others may show the same image otherwise. */
async function panorama({ texture }: SkyboxSettings, library: Library): Promise<Texture | null> {
  if (typeof texture !== "string" || texture === "") return null;
  const sky = (await library.texture(texture, "color", "the skybox")).clone();
  sky.mapping = EquirectangularReflectionMapping;
  return sky;
}

/** Textures lie upside down for WebGL; the sides of a cube do not: each image is turned back. */
function cube(sides: Texture[]): CubeTexture {
  const sky = new CubeTexture(sides.map(({ image }) => upright(image as ImageBitmap)));
  sky.mapping = CubeReflectionMapping;
  sky.colorSpace = SRGBColorSpace;
  sky.needsUpdate = true;
  return sky;
}

function upright(image: ImageBitmap): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.scale(1, -1);
  context.drawImage(image, 0, -image.height);
  return canvas;
}

/** A gradient from the zenith to the nadir, as a panorama one texel wide. */
function gradient(top: Color, bottom: Color): DataTexture {
  const texels = new Uint8Array(GRADIENT_ROWS * 4);
  for (let row = 0; row < GRADIENT_ROWS; row++) {
    const color = bottom
      .clone()
      .lerp(top, row / (GRADIENT_ROWS - 1))
      .convertLinearToSRGB();
    texels.set([color.r * 255, color.g * 255, color.b * 255, 255].map(Math.round), row * 4);
  }
  const sky = new DataTexture(texels, 1, GRADIENT_ROWS);
  sky.mapping = EquirectangularReflectionMapping;
  sky.colorSpace = SRGBColorSpace;
  sky.minFilter = sky.magFilter = LinearFilter;
  sky.needsUpdate = true;
  return sky;
}
