import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { fromContent } from "../../../web/client/dist/index.node.js";
import { filesFromFolder } from "../../../web/client/dist/node.js";
import { select } from "../../../web/client/dist/project/selection.js";

const PAGE = { "index.html": "<!doctype html>" };
const files = (contents) => Object.entries(contents).map(([path, content]) => fromContent(path, content));
const chosen = async (contents, limits = null) => await select(files(contents), limits);
const pathsOf = ({ files: found }) => [...found.keys()];

test("a single folder around everything is left out, whatever clutter lies beside it", async () => {
  const packed = { "game/index.html": "x", "game/a/b.png": "y", ".DS_Store": "z", "__MACOSX/game/._a": "z" };
  const { files: found, leftOut } = await select(files(packed), null);
  assert.deepEqual([...found.keys()], ["a/b.png", "index.html"]);
  assert.deepEqual(leftOut.map(({ path, code }) => `${path} ${code}`).sort(), [
    ".DS_Store left-out-clutter",
    "__MACOSX/ left-out-clutter",
  ]);
});

test("a folder is kept where something lies beside it, or where its name says that it stays at home", async () => {
  assert.deepEqual(pathsOf(await chosen({ "game/index.html": "x", "readme.txt": "y" })), [
    "game/index.html",
    "readme.txt",
  ]);
  await assert.rejects(chosen({ "node_modules/x/index.js": "x" }), { code: "no-files", detail: /node_modules\// });
  await assert.rejects(chosen({ "con/index.html": "x" }), { code: "path-invalid" });
});

test("what .aethelignore names stays at home, and each is told with why and what helps", async () => {
  const { files: found, leftOut } = await chosen({
    ...PAGE,
    ".aethelignore": "*.psd\nart/\n!.env.production\n",
    "a.psd": "x",
    "art/b.png": "x",
    "art/c.png": "x",
    ".env": "x",
    ".env.production": "x",
    ".git/config": "x",
  });
  assert.deepEqual([...found.keys()], [".aethelignore", ".env.production", "index.html"]);
  const told = Object.fromEntries(leftOut.map(({ path, code, remedy }) => [path, [code, remedy]]));
  assert.deepEqual(told, {
    "a.psd": ["left-out-ignored", "change the line of .aethelignore that names it"],
    "art/": ["left-out-ignored", "change the line of .aethelignore that names it"],
    ".env": ["left-out-secret", "if everybody may read it, a line !.env in .aethelignore takes it along"],
    ".git/": ["left-out-clutter", null],
  });
});

test("every name that no project may hold is told, with its reason", async () => {
  const error = await chosen({ ...PAGE, "a:b": "x", "INDEX.html": "x", "\u202egnp.exe": "x" }).catch(
    (caught) => caught,
  );
  assert.equal(error.code, "path-invalid");
  const reasons = Object.fromEntries(error.details.map(({ path, message }) => [path, message]));
  assert.deepEqual(Object.keys(reasons), ["a:b", "INDEX.html", "\u202egnp.exe"]);
  assert.match(reasons["INDEX.html"], /only in case/);
  assert.match(error.detail, /<U\+202E>gnp\.exe: contains U\+202E/, "what cannot be seen is written out");
});

test("limits are told before anything is read, with what to do", async () => {
  const limits = { projectBytes: 10, files: 2, fileBytes: 5 };
  assert.deepEqual(pathsOf(await chosen({ a: "12345", b: "12345" }, limits)), ["a", "b"]);
  for (const [contents, reason] of [
    [{ a: "123456" }, /a has 6 bytes, a file may have 5/],
    [{ a: "", b: "", c: "" }, /2 files, these are 3/],
    [{ a: "12345", b: "12345", ".aethelignore": "x" }, /10 bytes, these files have 11/],
  ]) {
    await assert.rejects(chosen(contents, limits), { code: "too-large", status: 413, detail: reason });
  }
});

test("what stays at home counts for no limit", async () => {
  const limits = { projectBytes: 20, files: 1, fileBytes: 20 };
  assert.deepEqual(pathsOf(await chosen({ ...PAGE, ".env": "x".repeat(100) }, limits)), ["index.html"]);
});

test("names that macOS spells apart are put together, and told", async () => {
  const { files: found, renamed } = await chosen({ ...PAGE, "u\u0308ber.png": "x", "schön.png": "y" });
  assert.deepEqual([...found.keys()], ["index.html", "schön.png", "über.png"]);
  assert.deepEqual(renamed, ["über.png"]);
  await assert.rejects(chosen({ "u\u0308.png": "x", "ü.png": "y" }), { code: "path-invalid" });
});

test("a folder on disk: links are not followed, and what stays at home is not walked through", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "folder-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules/deep"), { recursive: true });
  await mkdir(join(folder, "a"));
  for (const name of ["index.html", "a/b.txt", "node_modules/deep/x.js", ".env"])
    await writeFile(join(folder, name), name);
  await symlink("/etc", join(folder, "etc"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const given = [];
  for await (const file of filesFromFolder(folder)) given.push(file);
  assert.ok(!given.some(({ path }) => path.includes("deep")));
  const { files: found, leftOut } = await select(given, null);
  assert.deepEqual([...found.keys()], ["a/b.txt", "index.html"]);
  const inFolder = await select(
    given.filter(({ path }) => path.startsWith("a/")),
    null,
  );
  assert.deepEqual(pathsOf(inFolder), ["a/b.txt"], "its place is known: no folder is left out");
  const told = Object.fromEntries(leftOut.map(({ path, code }) => [path, code]));
  assert.deepEqual(told, {
    ".env": "left-out-secret",
    etc: "left-out-link",
    "node_modules/": "left-out-packages",
    pipe: "left-out-special",
  });
  await assert.rejects(
    async () => {
      for await (const _ of filesFromFolder(join(folder, "none"))) assert.fail();
    },
    { code: "file-unreadable" },
  );
});
