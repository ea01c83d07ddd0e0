/** What the export asks for, and what it is answered. Paths of the project are keys, places on the disk are values. */

export interface Job {
  scene: { name: string; file: string };
  files: Record<string, string>;
  mostTriangles: number;
  mostSizes: number;
}

export interface Baked {
  radius: number;
  height: number;
  /** The file in base 64; null: there is no ground for this size. */
  mesh: string | null;
  polygons: number;
  /** Metres: the side of a voxel as it is, and as it should be. */
  cellSize: number;
  wantedCellSize: number;
}

export interface Result {
  /** The fingerprint of the ground. */
  ground: string;
  triangles: number;
  meshes: Baked[];
  /** How many sizes of agents have been left out. */
  leftOut: number;
  /** Whether a prefab, once spawned, would be a part of the ground. */
  prefabsHaveGround: boolean;
}

/** What keeps a scene from being baked. */
export interface Failure {
  error: string;
}
