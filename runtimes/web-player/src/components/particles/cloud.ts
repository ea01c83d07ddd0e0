/** All particles of a system in one draw call. The CPU writes a particle once, when it is emitted; the vertex shader does the rest. */

import {
  AdditiveBlending,
  Color,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  NormalBlending,
  PlaneGeometry,
  ShaderMaterial,
  type Texture,
  type Vector3,
} from "three";
import type { Particle } from "./emitter";

const VERTEX = /* glsl */ `
  uniform float time;
  uniform float gravity;
  uniform vec3 startColor, endColor;
  uniform float startOpacity, endOpacity;
  attribute vec4 birth;
  attribute vec4 motion;
  attribute vec2 sizes;
  varying vec2 vUv;
  varying vec4 vColor;
  void main() {
    float age = time - birth.w;
    float part = age / motion.w;
    vUv = uv;
    vColor = vec4(mix(startColor, endColor, part), mix(startOpacity, endOpacity, part));
    vec3 center = birth.xyz + motion.xyz * age + vec3(0.0, 0.5 * gravity * age * age, 0.0);
    vec4 view = viewMatrix * vec4(center, 1.0);
    view.xy += position.xy * mix(sizes.x, sizes.y, part);
    gl_Position = age < 0.0 || part >= 1.0 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * view;
  }`;

const FRAGMENT = /* glsl */ `
  uniform sampler2D map;
  uniform bool textured;
  varying vec2 vUv;
  varying vec4 vColor;
  void main() {
    vec4 texel = textured ? texture2D(map, vUv) : vec4(1.0, 1.0, 1.0, 1.0 - smoothstep(0.2, 1.0, length(vUv * 2.0 - 1.0)));
    gl_FragColor = vColor * texel;
    if (gl_FragColor.a < 0.004) discard;
    #include <tonemapping_fragment>
    #include <colorspace_fragment>
  }`;

export interface Look {
  startColor: Color;
  endColor: Color;
  startOpacity: number;
  endOpacity: number;
  gravity: number;
  additive: boolean;
  texture: Texture | undefined;
}

export class Cloud {
  readonly mesh: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  private readonly births: InstancedBufferAttribute;
  private readonly motions: InstancedBufferAttribute;
  private readonly sizes: InstancedBufferAttribute;
  private cursor = 0;

  constructor(
    private readonly capacity: number,
    look: Look,
  ) {
    const geometry = new InstancedBufferGeometry();
    const quad = new PlaneGeometry(1, 1);
    geometry.index = quad.index;
    geometry.setAttribute("position", quad.getAttribute("position"));
    geometry.setAttribute("uv", quad.getAttribute("uv"));
    geometry.instanceCount = capacity;
    this.births = attribute(geometry, "birth", capacity, 4);
    this.motions = attribute(geometry, "motion", capacity, 4);
    this.sizes = attribute(geometry, "sizes", capacity, 2);
    this.clear();
    this.mesh = new Mesh(geometry, makeMaterial(look));
    this.mesh.frustumCulled = false; // they are anywhere
  }

  set time(time: number) {
    (this.mesh.material.uniforms["time"] as { value: number }).value = time;
  }

  /** Adds a particle, in the place of the oldest one when all are alive. `origin` in world space. */
  add({ velocity, life, startSize, endSize }: Particle, origin: Vector3, time: number): void {
    const at = this.cursor;
    this.cursor = (this.cursor + 1) % this.capacity;
    this.births.setXYZW(at, origin.x, origin.y, origin.z, time);
    this.motions.setXYZW(at, ...velocity, life);
    this.sizes.setXY(at, startSize, endSize);
    for (const changed of [this.births, this.motions, this.sizes]) {
      changed.addUpdateRange(at * changed.itemSize, changed.itemSize);
      changed.needsUpdate = true;
    }
  }

  alive(time: number): number {
    let count = 0;
    for (let i = 0; i < this.capacity; i++) if (this.births.getW(i) + this.motions.getW(i) > time) count++;
    return count;
  }

  clear(): void {
    for (let i = 0; i < this.capacity; i++) this.births.setW(i, -1e9);
    this.births.clearUpdateRanges();
    this.births.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

function attribute(
  geometry: InstancedBufferGeometry,
  name: string,
  capacity: number,
  size: number,
): InstancedBufferAttribute {
  const made = new InstancedBufferAttribute(new Float32Array(capacity * size), size);
  made.setUsage(DynamicDrawUsage);
  geometry.setAttribute(name, made);
  return made;
}

function makeMaterial({
  startColor,
  endColor,
  startOpacity,
  endOpacity,
  gravity,
  additive,
  texture,
}: Look): ShaderMaterial {
  return new ShaderMaterial({
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    transparent: true,
    depthWrite: false,
    blending: additive ? AdditiveBlending : NormalBlending,
    uniforms: {
      time: { value: 0 },
      gravity: { value: gravity },
      startColor: { value: startColor },
      endColor: { value: endColor },
      startOpacity: { value: startOpacity },
      endOpacity: { value: endOpacity },
      map: { value: texture ?? null },
      textured: { value: texture !== undefined },
    },
  });
}
