/**
 * Which lights cast shadows. Each shadow map takes one of the texture units that a material has, and there are as few as 16: with one too
 * many nothing that is lit would be drawn at all.
 */

import {
  Light as ThreeLight,
  Mesh,
  Texture,
  Vector3,
  type Camera,
  type Material,
  type Scene as ThreeScene,
} from "three";
import { Light, type ShadowKind } from "../components/Light";
import type { Problems } from "../core/problems";
import type { Scene } from "../scene/scene";

/** What a light with shadows passes from the vertex to the fragment shader is one of its varyings; the others of a material. */
const OTHER_VARYINGS = 8;
/** A light has to matter so much more than one that casts shadows to take its place: who stands between two sees no flicker. */
const MARGIN = 1.25;
const KINDS: ShadowKind[] = ["directional", "spot", "point"];
/** Directional lights come first, as they shine on everything. */
const FIRST: ShadowKind = "directional";

export interface Limits {
  /** Texture units of a fragment shader. */
  textures: number;
  varyings: number;
}

export class ShadowBudget {
  private room = Infinity;
  private seen: { scene: Scene; state: string } | null = null;
  private told = false;

  constructor(
    private readonly problems: Problems,
    private readonly limits: Limits,
    /** How many kinds of material have been drawn so far: with one more there may be less room. */
    private readonly programs: () => number,
  ) {}

  /** Hands shadows out for the next picture. As long as lights neither come nor go, each kind has as many, so that no shader is compiled anew. */
  share(scene: Scene, camera: Camera): void {
    const lights = scene.all(Light).filter((light) => light.asksForShadow);
    if (lights.length === 0) return;
    this.look(scene);
    const byKind = KINDS.map((kind) => lights.filter((light) => light.shadowKind === kind));
    const shares = sharesOf(byKind.map(({ length }) => length) as [number, number, number], this.room);
    const from = camera.getWorldPosition(new Vector3());
    byKind.forEach((ofKind, index) => {
      const chosen = choose(ofKind, shares[index] as number, from);
      for (const light of ofKind) light.grantShadow(chosen.has(light));
    });
    if (lights.length > this.room && !this.told) this.tell(scene, lights.length);
  }

  /** Room only gets less within a scene: what has been drawn comes back. */
  private look(scene: Scene): void {
    const state = `${scene.revision} ${this.programs()}`;
    if (this.seen?.scene === scene && this.seen.state === state) return;
    if (this.seen?.scene !== scene) [this.room, this.told] = [Infinity, false];
    this.seen = { scene, state };
    this.room = Math.min(this.room, roomIn(scene.root, this.limits));
  }

  private tell({ name }: Scene, count: number): void {
    this.told = true;
    this.problems.warn(
      `Scene “${name}” has ${count} lights that cast shadows, and this device can draw ${this.room} of them beside the textures of the ` +
        `scene's materials: the nearest and brightest have theirs. Set castShadows to false where no shadow is missed.`,
    );
  }
}

/** How many lights of each kind cast shadows, where not all can: spots and points by how many there are. */
export function sharesOf(counts: readonly [number, number, number], room: number): [number, number, number] {
  const directional = Math.min(counts[KINDS.indexOf(FIRST)] as number, room);
  const left = room - directional;
  const [, spots, points] = counts;
  if (spots + points <= left) return [directional, spots, points];
  const ofSpots = Math.round((left * spots) / (spots + points));
  return [directional, ofSpots, left - ofSpots];
}

interface Caster {
  readonly castsShadow: boolean;
  /** How much its light matters to who sees the scene from there. */
  importance(from: Vector3): number;
}

/** Those that matter most; who casts shadows keeps them until another matters clearly more. */
export function choose<T extends Caster>(lights: readonly T[], count: number, from: Vector3): ReadonlySet<T> {
  if (lights.length <= count) return new Set(lights);
  const ranked = lights.map((light) => ({ light, rank: light.importance(from) * (light.castsShadow ? MARGIN : 1) }));
  ranked.sort((a, b) => b.rank - a.rank);
  return new Set(ranked.slice(0, count).map(({ light }) => light));
}

/** Shadow maps for which there is room beside the textures of the most demanding material; scripts may have lights of their own. */
function roomIn(root: ThreeScene, { textures, varyings }: Limits): number {
  let [most, others] = [1, 0];
  root.traverse((object) => {
    if (object instanceof Mesh)
      for (const material of [object.material as Material | Material[]].flat())
        most = Math.max(most, unitsOf(material, root.environment !== null));
    if (object instanceof ThreeLight && object.castShadow && !object.userData["ofComponent"]) others += 1;
  });
  return Math.max(Math.min(textures - most, varyings - OTHER_VARYINGS - most) - others, 0);
}

/** Texture units of a lit material; three.js has a table of its own for metals, and draws what is behind glass into a texture. */
function unitsOf(material: Material, hasEnvironment: boolean): number {
  const fields = material as unknown as Record<string, unknown>;
  const standard = fields["isMeshStandardMaterial"] === true;
  const maps = Object.values(fields).filter((value) => value instanceof Texture).length;
  const environment = standard && hasEnvironment && !fields["envMap"];
  return maps + Number(standard) + Number(environment) + Number(Number(fields["transmission"] ?? 0) > 0);
}
