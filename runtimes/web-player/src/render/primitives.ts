/** Primitives: the shapes that need no file. Their sizes are the engine's. */

import {
  BoxGeometry,
  CapsuleGeometry,
  ConeGeometry,
  CylinderGeometry,
  PlaneGeometry,
  SphereGeometry,
  TorusGeometry,
  type BufferGeometry,
} from "three";

const SHAPES: Record<string, () => BufferGeometry> = {
  box: () => new BoxGeometry(1, 1, 1),
  cube: () => new BoxGeometry(1, 1, 1),
  sphere: () => new SphereGeometry(0.5, 32, 32),
  cylinder: () => new CylinderGeometry(0.5, 0.5, 1, 32),
  capsule: () => new CapsuleGeometry(0.5, 1, 8, 32),
  cone: () => new ConeGeometry(0.5, 1, 32),
  torus: () => new TorusGeometry(0.5, 0.2, 16, 48),
  plane: () => new PlaneGeometry(10, 10),
};

export function primitive(name: string): BufferGeometry | null {
  return Object.hasOwn(SHAPES, name) ? (SHAPES[name] as () => BufferGeometry)() : null;
}
