// Against a real stack: AETHEL_EXPORT_URL, AETHEL_EXPORT_TOKEN, and STATUS_URL, where its WebSockets are.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { suite, test } from "node:test";

import { WebSocket } from "../../../web/node_modules/ws/wrapper.mjs";
import { AethelExportClient, fromContent, hasEnded } from "../../../web/client/dist/index.node.js";
import { cuttingProxy } from "./servers.mjs";

const { AETHEL_EXPORT_URL: GATEWAY, AETHEL_EXPORT_TOKEN: token, STATUS_URL: STATUS } = process.env;
const client = new AethelExportClient({ baseUrl: GATEWAY, token: () => token });
const PAGE = "<!doctype html>\n<html><head><title>Tiny</title></head><body>Tiny</body></html>\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq\n-----END PRIVATE KEY-----\n";

/** A project of small files, two large ones, an empty one, and two contents that are the same. */
function project(more = {}) {
  const contents = {
    "index.html": PAGE,
    "empty.txt": "",
    "again.html": PAGE,
    "large.bin": randomBytes(3 << 20),
    "larger.bin": randomBytes(5 << 20),
    ...Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`small/${at}.bin`, randomBytes(1 + at * 700)])),
    ...more,
  };
  return Object.entries(contents).map(([path, content]) => fromContent(path, content));
}

let names = 0;
const newName = () => `client-${process.pid}-${++names}`;

/** What a proxy in front of the sockets needs: the addresses in tickets name the service itself. */
function socketsThrough(port) {
  return class extends WebSocket {
    constructor(url) {
      const through = new URL(url);
      through.port = port;
      super(through.href);
    }
  };
}

/** Follow an export; the last state, all lines, and how it was followed. */
async function followed(watcher, id, exportId, options = {}) {
  const found = { state: null, states: [], lines: [], gaps: 0, via: [] };
  for await (const event of watcher.watch(id, exportId, options)) {
    if (event.type === "state") found.states.push((found.state = event.state));
    else if (event.type === "log") found.lines.push(event.line.seq);
    else if (event.type === "gap") found.gaps += 1;
    else found.via.push(event.via);
  }
  return found;
}

function checkOrder({ states, lines }) {
  assert.deepEqual(
    lines,
    [...new Set(lines)].sort((a, b) => a - b),
    "each line once, in order",
  );
  for (const [at, state] of states.entries()) {
    const before = states[at - 1];
    if (before) assert.ok(state.progress >= before.progress, `${before.progress} then ${state.progress}`);
  }
  assert.ok(hasEnded(states.at(-1)));
}

suite("on a real stack", { concurrency: 4 }, () => {
  test("pushed, exported, watched, downloaded: the bytes are those that were announced", async () => {
    const id = newName();
    const phases = [];
    const files = project({ ".env": "SECRET=1", "notes.txt": KEY });
    const total = 64;
    const pushed = await client.push(id, files, {
      onProgress: (progress) => {
        const last = phases.at(-1);
        if (last?.phase === progress.phase && last.phase !== "reading") {
          assert.ok(progress.bytes.done >= last.bytes.done && progress.files.done >= last.files.done, "nothing falls");
        }
        phases.push(progress);
      },
    });
    assert.equal(pushed.files, total + 1);
    assert.equal(pushed.sentFiles, total, "the same content goes once");
    assert.deepEqual(
      pushed.leftOut.map(({ path, code, found }) => [path, code, found]),
      [
        [".env", "left-out-secret", null],
        ["notes.txt", "left-out-secret", "a private key"],
      ],
    );
    const inOrder = [...new Set(phases.map(({ phase }) => phase))];
    assert.deepEqual(inOrder, ["reading", "hashing", "comparing", "uploading", "done"]);
    for (const phase of ["hashing", "uploading", "done"]) {
      const { files: count, bytes } = phases.findLast((one) => one.phase === phase);
      assert.deepEqual([count.done, bytes.done], [count.total, bytes.total], phase);
    }

    const again = await client.push(id, files);
    assert.deepEqual([again.snapshot, again.sentFiles, again.sentBytes], [pushed.snapshot, 0, 0]);
    const dry = await client.push(id, [...files, fromContent("new.txt", "new")], { dryRun: true });
    assert.deepEqual([dry.snapshot, dry.files], [null, pushed.files + 1]);
    assert.equal((await client.getProject(id)).snapshot, pushed.snapshot, "a dry run changes nothing");

    const { export: made } = await client.createExport(id, { platform: "web", options: { appName: "Tiny" } });
    const seen = await followed(client, id, made.id);
    checkOrder(seen);
    assert.deepEqual([seen.state.status, seen.state.progress], ["completed", 100]);
    assert.ok(seen.lines.length > 0);
    assert.deepEqual(
      seen.lines,
      (await client.logs(id, made.id)).map(({ seq }) => seq),
    );
    assert.deepEqual(
      await client.logs(id, made.id, { afterSeq: seen.lines[0], limit: 1 }),
      (await client.logs(id, made.id)).slice(1, 2),
    );

    const artifact = await client.download(id, made.id);
    const hash = createHash("sha256");
    for await (const block of artifact.body) hash.update(block);
    assert.equal(hash.digest("hex"), artifact.sha256);
    const { exports } = await client.listExports(id, { pageSize: 1 });
    assert.deepEqual(
      exports.map((one) => one.id),
      [made.id],
    );

    const listed = await client.listFiles(id, made.id, { pageSize: 2 });
    assert.equal(listed.files.length, 2);
    assert.ok(listed.nextPageToken !== null && listed.totalFiles > 60);
    for (const exportId of [made.id, null]) {
      assert.equal(await client.getPlayLink(id, exportId), null);
      const expiresAt = new Date(Date.now() + 3_600_000);
      const link = await client.createPlayLink(id, exportId, { password: "pass phrase", expiresAt });
      assert.deepEqual([link.passwordProtected, Date.parse(link.expiresAt)], [true, expiresAt.getTime()]);
      assert.equal((await client.getPlayLink(id, exportId)).url, link.url);
      await client.revokePlayLink(id, exportId);
      assert.equal(await client.getPlayLink(id, exportId), null);
    }
  });

  test("who watches after the end sees the end and all of the log", async () => {
    const id = newName();
    await client.push(id, project());
    const { export: made } = await client.createExport(id, { platform: "source" });
    const first = await followed(client, id, made.id);
    const later = await followed(client, id, made.id);
    assert.deepEqual(later.lines, first.lines);
    assert.deepEqual(later.states.length, 1);
  });

  test("a push whose connection is cut again and again arrives whole", async (t) => {
    const proxy = await cuttingProxy(t, GATEWAY);
    const through = new AethelExportClient({ baseUrl: proxy.url, token });
    const cutEvery = 2_500_000; // bytes: no attempt sends all of it
    proxy.onBytes = () => {
      if (proxy.bytes > cutEvery * (proxy.cuts + 1) && proxy.cuts < 6) proxy.cut();
    };
    const id = newName();
    const files = project();
    const bytes = [];
    const pushed = await through.push(id, files, {
      onProgress: (p) => p.phase === "uploading" && bytes.push(p.bytes.done),
    });
    assert.ok(proxy.cuts >= 3, `${proxy.cuts}`);
    assert.deepEqual(
      bytes,
      [...bytes].sort((a, b) => a - b),
      "what was shown as sent stays so",
    );
    const again = await client.push(id, files);
    assert.deepEqual([again.snapshot, again.sentFiles], [pushed.snapshot, 0]);
  });

  test("a watch whose connections are cut at random moments misses nothing", async (t) => {
    const proxy = await cuttingProxy(t, STATUS.replace("ws:", "http:"));
    const through = new AethelExportClient({ baseUrl: GATEWAY, token, WebSocket: socketsThrough(proxy.port) });
    const id = newName();
    await client.push(id, project());
    const { export: made } = await client.createExport(id, { platform: "web" });
    const cutting = setInterval(() => proxy.cut(), 150 + Math.random() * 100);
    try {
      const seen = await followed(through, id, made.id);
      checkOrder(seen);
      assert.equal(seen.state.status, "completed");
      assert.deepEqual(
        seen.lines,
        (await client.logs(id, made.id)).map(({ seq }) => seq),
      );
      assert.equal(seen.gaps, 0);
      assert.ok(proxy.cuts >= 1, `${proxy.cuts}`);
    } finally {
      clearInterval(cutting);
    }
  });

  test("where sockets are blocked an export is polled to its end", async (t) => {
    const proxy = await cuttingProxy(t, STATUS.replace("ws:", "http:"));
    proxy.isOpen = false;
    const through = new AethelExportClient({ baseUrl: GATEWAY, token, WebSocket: socketsThrough(proxy.port) });
    const id = newName();
    await client.push(id, project());
    const { export: made } = await client.createExport(id, { platform: "source" });
    const seen = await followed(through, id, made.id);
    checkOrder(seen);
    assert.ok(seen.via.includes("polling") && !seen.via.includes("socket"), `${seen.via}`);
    assert.equal(seen.state.status, "completed");
    assert.deepEqual(
      seen.lines,
      (await client.logs(id, made.id)).map(({ seq }) => seq),
    );
  });

  test("a canceled export says when its work has stopped; a retry under the same id goes to the end", async () => {
    const id = newName();
    await client.push(id, project());
    const { export: made } = await client.createExport(id, { platform: "linux" });
    const watching = followed(client, id, made.id);
    const canceled = await client.cancel(id, made.id);
    assert.equal(canceled.export.id, made.id);
    await client.cancel(id, made.id);
    const { state } = await watching;
    assert.equal(state.status, "canceled");
    assert.ok(state.cancelReceipt.stoppedAt, "the receipt came");
    const retried = await client.retry(id, made.id);
    assert.equal(retried.export.generation, 2);
    const seen = await followed(client, id, made.id, { log: false });
    assert.deepEqual([seen.state.generation, seen.state.status, seen.lines.length], [2, "completed", 0]);
    await assert.rejects(client.cancel(id, made.id), { status: 409 });
  });

  test("what the service refuses is told as it says it", async () => {
    const id = newName();
    await assert.rejects(client.push(id, [fromContent(".env", "x")]), { code: "no-files" });
    await client.push(id, [fromContent("index.html", PAGE)]);
    await assert.rejects(client.createExport(id, { platform: "video", options: { appName: "\u202e" } }), { status: 400 });
    await assert.rejects(client.createExport(newName(), { platform: "web" }), { code: "not-found", status: 404 });
  });

  test("a ZIP comes in, with its progress", async () => {
    const { ZIP } = process.env;
    const id = newName();
    const zip = Buffer.from(ZIP, "base64");
    const seen = [];
    const { snapshot } = await client.importZip(id, new Uint8Array(zip), { onProgress: (bytes) => seen.push(bytes) });
    assert.match(snapshot, /^[0-9a-f]{64}$/);
    assert.deepEqual(seen.at(-1), { done: zip.length, total: zip.length });
    assert.equal((await client.getProject(id)).files, 1);
    await assert.rejects(client.importZip(id, new Uint8Array([1, 2, 3])), { status: 422 });
  });

  test("an aborted push ends at once, and leaves nothing half done", async () => {
    const id = newName();
    const stop = new AbortController();
    const pushing = client.push(id, project(), {
      signal: stop.signal,
      onProgress: ({ phase }) => phase === "uploading" && stop.abort(new Error("enough")),
    });
    await assert.rejects(pushing, /enough/);
    const found = await client.getProject(id).catch((error) => error.code);
    assert.ok(found === "not-found" || found.snapshot === null);
  });

  test("what is asked of the service is answered in the documented shapes", async () => {
    const platforms = await client.platforms();
    const web = platforms.find(({ platform }) => platform === "web");
    assert.equal(web.available, true);
    assert.equal(typeof web.options.schema.properties.appName.description, "string");
    assert.equal((await client.quota()).plan.length > 0, true);
    const { limits } = await client.facts();
    assert.ok(limits.files > 0 && limits.fileBytes > 0 && limits.projectBytes > 0, "what a push checks beforehand");
    const { projects } = await client.listProjects({ pageSize: 1 });
    assert.equal(projects.length, 1);
    const id = newName();
    assert.equal((await client.createProject({ id, name: "Named", settings: { a: 1 } })).name, "Named");
    await client.deleteProject(id);
    await assert.rejects(client.getProject(id), { status: 404 });
  });
});
