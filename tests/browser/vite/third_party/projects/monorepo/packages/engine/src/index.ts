import { produce } from "immer";

export interface Tree {
  kind: string;
  size: number;
}

export const createWorld = (kinds: readonly string[]): readonly Tree[] =>
  kinds.map((kind, n) => ({ kind, size: n + 1 }));

export const grow = produce((trees: Tree[]) => {
  for (const tree of trees) tree.size += 2;
});
