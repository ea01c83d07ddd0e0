import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const SOURCE = "src";

/** From the bottom to the top: a file imports from its own layer or from one below it, types too. */
const LAYERS = [
  ["math", "core"],
  ["scene/format"],
  ["assets", "input"],
  ["audio", "navigation", "physics", "render"],
  ["ui"],
  ["scene"],
  ["scripts"],
  ["components"],
  ["game"],
  ["api", "host"],
  ["main.ts"],
];

/** Not layers: what other programs or the bundler take as they are. */
const APART = ["three.ts", "noXr.ts"];

/** An entity knows the scene that it is in, a scene its entities: two halves of one thing. */
const CIRCLES = [["scene/entity.ts", "scene/scene.ts"]];

const files = (readdirSync(SOURCE, { recursive: true }) as string[])
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
  .sort();

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
/** `import`, `import type`, `export … from`, `import(…)` and `typeof import(…)` of a file of ours. */
const IMPORTS = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

function importsOf(path: string): string[] {
  const source = readFileSync(join(SOURCE, path), "utf8").replace(COMMENTS, "");
  return [...source.matchAll(IMPORTS)].map(([, name]) => {
    const target = normalize(join(dirname(path), name as string));
    const found = [`${target}.ts`, join(target, "index.ts")].find((candidate) => files.includes(candidate));
    return found ?? assert.fail(`${path} imports ${name}, which is no file`);
  });
}

const graph = new Map(files.map((path) => [path, importsOf(path)]));

/** By the longest folder that is listed: `scene/format` is a layer below `scene`. */
function layerOf(path: string): number {
  const level = (part: string): number => (path === part || path.startsWith(`${part}/`) ? part.length : -1);
  const best = LAYERS.flat().reduce((longest, part) => (level(part) > level(longest) ? part : longest));
  return level(best) < 0 ? assert.fail(`${path} is in no layer`) : LAYERS.findIndex((layer) => layer.includes(best));
}

/** Groups of files that reach each other (Tarjan's strongly connected components). */
function circles(): string[][] {
  const [index, low] = [new Map<string, number>(), new Map<string, number>()];
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.get(path) as number);
    stack.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(path, Math.min(low.get(path) as number, low.get(next) as number));
    }
    if (low.get(path) !== index.get(path)) return;
    const group = stack.splice(stack.indexOf(path)).sort();
    if (group.length > 1) found.push(group);
  };
  files.forEach((path) => index.has(path) || visit(path));
  return found;
}

test("the whole player has been read, imports of types and later ones included", () => {
  assert.ok(files.length > 80, `${files.length} files`);
  assert.ok(graph.get("scene/services.ts")?.includes("assets/library.ts"), "a type");
  assert.ok(graph.get("physics/scenePhysics.ts")?.includes("physics/world.ts"), "a chunk");
});

test("imports point down", () => {
  const upward = [...graph]
    .filter(([path]) => !APART.includes(path))
    .flatMap(([path, imports]) =>
      imports.filter((target) => layerOf(target) > layerOf(path)).map((target) => `${path} → ${target}`),
    );
  assert.deepEqual(upward, []);
});

test("layers that stand side by side do not import each other", () => {
  const folder = (path: string): string => LAYERS.flat().find((part) => path.startsWith(`${part}/`)) ?? path;
  const sideways = [...graph].flatMap(([path, imports]) =>
    imports
      .filter((target) => layerOf(target) === layerOf(path) && folder(target) !== folder(path))
      .map((target) => `${path} → ${target}`),
  );
  assert.deepEqual(sideways, []);
});

test("there are no circles, but for an entity and its scene", () => {
  assert.deepEqual(circles(), CIRCLES);
});
