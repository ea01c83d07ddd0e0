import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { Cache } from "../src/assets/cache";
import { Downloads } from "../src/assets/downloads";
import { besideVariants, extensionOf, normalise, splitReference } from "../src/core/paths";
import { AssetError } from "../src/core/errors";

let server: Server;
let base: string;
let asked: string[] = [];

before(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/assets/shaky.bin" && asked.filter((url) => url === request.url).length === 1)
      return response.writeHead(503).end();
    if (request.url === "/assets/gone.bin") return response.writeHead(404).end();
    response.end("12345678");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

after(() => server.close());

const downloads = (): Downloads => {
  asked = [];
  return new Downloads(base, {
    "assets/a b.bin": { size: 8, url: "assets/a b-1234.bin" },
    "assets/shaky.bin": { size: 8 },
    "assets/gone.bin": { size: 8 },
  });
};

test("a reference may leave out assets/, and what is not there is named with who asks", () => {
  const files = downloads();
  assert.deepEqual(
    [files.find("a b.bin"), files.find("./assets/a b.bin"), files.find("x.bin")],
    ["assets/a b.bin", "assets/a b.bin", null],
  );
  assert.throws(
    () => files.resolve("x.bin", "“Door”"),
    (error: unknown) => error instanceof AssetError && /“x.bin”.*“Door” asks/.test(error.message),
  );
});

test("a file comes from its shipped name, and the progress counts its bytes", async () => {
  const files = downloads();
  const seen: number[] = [];
  files.onProgress = (fraction) => seen.push(fraction);
  assert.equal((await files.bytes("assets/a b.bin")).byteLength, 8);
  assert.deepEqual([asked, seen.at(-1)], [["/assets/a%20b-1234.bin"], 0.99]);
});

test("a host that stumbles is asked again, one that has nothing is not", async () => {
  const files = downloads();
  assert.equal((await files.bytes("assets/shaky.bin")).byteLength, 8);
  assert.equal(asked.length, 2);
  await assert.rejects(files.bytes("assets/gone.bin"), /“assets\/gone.bin” could not be loaded: status 404/);
  assert.equal(asked.length, 3);
});

test("paths never leave the project", () => {
  assert.deepEqual(
    [
      normalise("../../etc/x"),
      normalise("a\\b/./c/../d"),
      besideVariants("assets/m/a.gltf", "../t/x%20y.png")[0],
      extensionOf("A.PNG"),
    ],
    ["etc/x", "a/b/d", "assets/t/x y.png", "png"],
  );
});

test("what lies beside a model is found as URIs are read, or as it is written", () => {
  const files = new Downloads(base, Object.fromEntries(PARTS.map((path) => [path, { size: 1 }])));
  const found = (uri: string): string => files.resolveBeside("assets/m/a.gltf", uri);
  assert.deepEqual(
    [
      "wood%20a.png",
      "wood a.png",
      "100%.png",
      "a%2525.png",
      "n#1.png",
      "b.png?v=2",
      "b.png#x",
      "sub\\c.png",
      "%FF.png",
    ].map(found),
    ["wood a", "wood a", "100%", "a%25", "n#1", "b", "b", "sub/c", "%FF"].map((name) => `assets/m/${name}.png`),
  );
  assert.throws(() => found("d%20e.png"), /“assets\/m\/d e.png” is not among.*assets\/m\/a.gltf asks for it/);
});

const PARTS = ["wood a", "100%", "a%25", "n#1", "b", "sub/c", "%FF"].map((name) => `assets/m/${name}.png`);

test("the part of a reference is what follows its first #", () => {
  assert.deepEqual(["a.glb", "a.glb#b", "a.glb#b#c", "a.glb#"].map(splitReference), [
    ["a.glb", undefined],
    ["a.glb", "b"],
    ["a.glb", "b#c"],
    ["a.glb", ""],
  ]);
});

test("a cache makes a thing once, forgets failures, and drops what is not asked for", async () => {
  const dropped: string[] = [];
  const cache = new Cache<string>((value) => dropped.push(value));
  let made = 0;
  const make = async (): Promise<string> => `thing ${++made}`;
  assert.deepEqual(await Promise.all([cache.load("a", make), cache.load("a", make)]), ["thing 1", "thing 1"]);
  await assert.rejects(cache.load("b", () => Promise.reject(new Error("no"))));
  assert.equal(await cache.load("b", make), "thing 2");
  cache.mark();
  await cache.load("b", make);
  cache.drop();
  assert.deepEqual([dropped, cache.get("a"), cache.get("b")], [["thing 1"], undefined, "thing 2"]);
});
