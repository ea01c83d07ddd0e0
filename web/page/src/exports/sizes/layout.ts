/** Where the tiles of the treemap lie. */
import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";

import { type Member, type TypeSizes, total } from "./comparison.ts";

/** A rectangle in CSS pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One file, or (`path` null) the many small ones beside it. */
export interface FileTile extends Box {
  readonly path: string | null;
  readonly count: number;
  readonly bytes: number;
}

export interface TypeTile extends Box {
  readonly sizes: TypeSizes;
  readonly files: readonly FileTile[];
}

interface Node {
  sizes?: TypeSizes;
  path?: string | null;
  count?: number;
  bytes?: number;
  children?: Node[];
}

const LABEL_HEIGHT = 22;
const RIM = 3;
const MOST_FILES = 120; // of one type: what is smaller would be no tile that anybody sees

/** Tiles of types with the tiles of their files in them, squarified (Bruls, Huizing, van Wijk 2000), for a field of `width` by `height`. */
export function layOut(types: readonly TypeSizes[], width: number, height: number): TypeTile[] {
  const root = hierarchy<Node>({ children: types.filter(({ bytes }) => bytes > 0).map(typeNode) })
    .sum((node) => node.bytes ?? 0)
    .sort((one, other) => (other.value ?? 0) - (one.value ?? 0));
  const placed = treemap<Node>()
    .tile(treemapSquarify)
    .size([width, height])
    .round(true)
    .paddingInner((node) => (node.depth === 0 ? 4 : 1))
    .paddingOuter((node) => (node.depth === 1 ? RIM : 0))
    .paddingTop((node) => (node.depth === 1 ? LABEL_HEIGHT : 0))(root);
  return (placed.children ?? []).map((type) => ({
    ...boxOf(type),
    sizes: type.data.sizes as TypeSizes,
    files: (type.children ?? []).map(({ data, ...node }) => ({
      ...boxOf(node),
      path: data.path ?? null,
      count: data.count ?? 1,
      bytes: data.bytes ?? 0,
    })),
  }));
}

function typeNode(sizes: TypeSizes): Node {
  const shown = sizes.members.slice(0, MOST_FILES);
  const rest = sizes.members.slice(MOST_FILES);
  const files: Node[] = shown.map(fileNode);
  if (rest.length) files.push({ path: null, count: rest.length, bytes: total(rest) });
  return { sizes, children: files };
}

function fileNode({ path, size }: Member): Node {
  return { path, count: 1, bytes: size };
}

function boxOf({ x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number }): Box {
  return { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
}
