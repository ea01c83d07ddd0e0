/** A light of any kind. Directional and spot lights shine along the entity's −z, or at a `target` in world space. */

import {
  AmbientLight,
  DirectionalLight,
  HemisphereLight,
  PointLight,
  SpotLight,
  Vector3,
  type Light as ThreeLight,
} from "three";
import { readColor } from "../assets/materials";
import { readVec3 } from "../math/vectors";
import { Component } from "./component";

interface LightData {
  type: string;
  color: string;
  intensity: number;
  /** Metres; 0: without end. */
  range: number;
  /** Of a spot light: from its axis to its edge, radians. */
  angle: number;
  penumbra: number;
  castShadows: boolean;
  skyColor: string | undefined;
  groundColor: string;
  target: unknown;
  /** How fast a point or a spot light fades with the distance. */
  decay: number;
  /** Texels of the shadow map's side; undefined: the level's quality. */
  shadowMapSize: number | undefined;
  /** Half of the side of the box in which a directional light casts shadows, metres. */
  shadowExtent: number | undefined;
}

const SHADOW_BOX = { extent: 20, depth: 100 };
/** How deep three.js's own box is. */
const DEEP = 500;

type ShadowLight = DirectionalLight | PointLight | SpotLight;
export type ShadowKind = "directional" | "spot" | "point";

export class Light extends Component<LightData, "problems" | "quality"> {
  static readonly type = "Light";
  static readonly defaults: LightData = {
    type: "point",
    color: "#ffffff",
    intensity: 1,
    range: 10,
    angle: Math.PI / 4,
    penumbra: 0.1,
    castShadows: true,
    skyColor: undefined,
    groundColor: "#444444",
    target: undefined,
    decay: 2,
    shadowMapSize: undefined,
    shadowExtent: undefined,
  };

  private light: ThreeLight | null = null;
  /** What its data, its kind and the quality say. */
  private wantsShadow = false;
  /** Whether there is room for its shadow. */
  private granted = true;

  override attach(): void {
    this.light = this.make();
    if (isAimed(this.light)) this.light.position.set(0, 0, 0); // three.js puts them above their holder
    this.light.userData["ofComponent"] = true;
    this.entity.object3D.add(this.light);
    if (isAimed(this.light)) this.aim(this.light);
    this.refreshShadows();
  }

  override detach(): void {
    if (this.light && isAimed(this.light)) this.light.target.removeFromParent();
    this.light?.removeFromParent();
    this.light?.dispose();
    this.light = null;
  }

  private make(): ThreeLight {
    const { type, intensity, range, angle, penumbra, decay } = this.data;
    const color = readColor(this.data.color, "#ffffff");
    switch (type) {
      case "directional":
        return new DirectionalLight(color, intensity);
      case "spot":
        return new SpotLight(color, intensity, range, angle, penumbra, decay);
      case "ambient":
        return new AmbientLight(color, intensity);
      case "hemisphere":
        return new HemisphereLight(
          this.data.skyColor ? readColor(this.data.skyColor, "#ffffff") : color,
          readColor(this.data.groundColor, "#444444"),
          intensity,
        );
      default:
        if (type !== "point")
          this.services.problems.warn(
            `“${this.entity.name}”: there is no light of type “${type}”; it becomes a point light.`,
          );
        return new PointLight(color, intensity, range, decay);
    }
  }

  /** The target turns with the entity, or stays where the data puts it. */
  private aim({ target }: DirectionalLight | SpotLight): void {
    const fixed = this.data.target !== undefined;
    target.position.copy(readVec3(this.data.target, { x: 0, y: 0, z: -1 }) as Vector3);
    (fixed ? this.entity.scene.root : this.entity.object3D).add(target);
  }

  /** Called again when the quality changes. */
  refreshShadows(): void {
    if (!this.light || !isShadowLight(this.light)) return;
    const { shadowMapSize, shadowExtent } = this.data;
    const { lighting, rendering } = this.entity.scene.level.settings;
    const size = this.services.quality.shadowMapSize(lighting, shadowMapSize);
    const drawn = !(this.light instanceof PointLight && rendering.shadowType === "vsm"); // three.js has none of these
    this.wantsShadow = this.data.castShadows && size > 0 && drawn;
    this.light.castShadow = this.wantsShadow && this.granted;
    const { shadow } = this.light;
    // A point light draws six shadow maps.
    const width = this.light instanceof PointLight ? size / 2 : size;
    if (shadow.mapSize.x !== width) {
      dropMap(this.light);
      shadow.mapSize.set(width, width);
    }
    shadow.bias = -0.0005;
    shadow.normalBias = 0.02;
    if (this.light instanceof DirectionalLight)
      frame(this.light, shadowExtent === undefined ? SHADOW_BOX : { extent: shadowExtent, depth: DEEP });
  }

  // ── Room for shadows ──

  get asksForShadow(): boolean {
    return this.wantsShadow && this.enabled && this.attached && this.entity.activeInHierarchy;
  }

  get castsShadow(): boolean {
    return this.light?.castShadow ?? false;
  }

  get shadowKind(): ShadowKind {
    if (this.light instanceof DirectionalLight) return "directional";
    return this.light instanceof SpotLight ? "spot" : "point";
  }

  /** How much it matters to who sees the scene from there: as its light fades with the distance. */
  importance(from: Vector3): number {
    if (!this.light) return 0;
    const { r, g, b } = this.light.color;
    const brightness = this.light.intensity * Math.max(r, g, b);
    if (this.light instanceof DirectionalLight) return brightness;
    return brightness / Math.max(this.entity.worldPosition().distanceToSquared(from), 1);
  }

  /** Gives it room for its shadow, or takes the room back with the map. */
  grantShadow(granted: boolean): void {
    if (granted === this.granted || !this.light || !isShadowLight(this.light)) return;
    this.granted = granted;
    this.light.castShadow = this.wantsShadow && granted;
    if (!granted) dropMap(this.light);
  }

  // ── For scripts ──

  get enabled(): boolean {
    return this.light?.visible ?? false;
  }

  set enabled(enabled: boolean) {
    if (this.light) this.light.visible = enabled;
  }

  get color(): string {
    return `#${readColor(this.data.color, "#ffffff").getHexString()}`;
  }

  set color(color: string) {
    this.data.color = color;
    this.light?.color.copy(readColor(color, "#ffffff"));
  }

  get intensity(): number {
    return this.data.intensity;
  }

  set intensity(intensity: number) {
    this.data.intensity = intensity;
    if (this.light) this.light.intensity = intensity;
  }

  get range(): number {
    return this.data.range;
  }

  set range(range: number) {
    this.data.range = range;
    if (this.light instanceof PointLight || this.light instanceof SpotLight) this.light.distance = range;
  }

  get angle(): number {
    return this.data.angle;
  }

  set angle(angle: number) {
    this.data.angle = angle;
    if (this.light instanceof SpotLight) this.light.angle = angle;
  }

  get penumbra(): number {
    return this.data.penumbra;
  }

  set penumbra(penumbra: number) {
    this.data.penumbra = penumbra;
    if (this.light instanceof SpotLight) this.light.penumbra = penumbra;
  }

  get castShadows(): boolean {
    return this.data.castShadows;
  }

  set castShadows(cast: boolean) {
    this.data.castShadows = cast;
    this.refreshShadows();
  }
}

function isAimed(light: ThreeLight): light is DirectionalLight | SpotLight {
  return light instanceof DirectionalLight || light instanceof SpotLight;
}

function isShadowLight(light: ThreeLight): light is ShadowLight {
  return isAimed(light) || light instanceof PointLight;
}

function dropMap({ shadow }: ShadowLight): void {
  shadow.map?.dispose();
  shadow.map = null;
}

function frame(light: DirectionalLight, { extent, depth }: typeof SHADOW_BOX): void {
  const { camera } = light.shadow;
  camera.left = camera.bottom = -extent;
  camera.right = camera.top = extent;
  camera.near = 0.5;
  camera.far = depth;
  camera.updateProjectionMatrix();
}
