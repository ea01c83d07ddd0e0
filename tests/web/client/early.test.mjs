// Sending while hashing, against a real stack: AETHEL_EXPORT_URL and AETHEL_EXPORT_TOKEN.

import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { AethelExportClient } from "../../../web/client/dist/index.node.js";
import { earlyProject } from "./early-project.mjs";
import { cuttingProxy } from "./servers.mjs";

const { AETHEL_EXPORT_URL: GATEWAY, AETHEL_EXPORT_TOKEN: token } = process.env;
const SENT = /\/blobs(\/[0-9a-f]{64})?$/;
const direct = new AethelExportClient({ baseUrl: GATEWAY, token });

let names = 0;
const newName = () => `early-${process.pid}-${++names}`;

/** A client whose answers `seen` is told, and may replace. */
function clientThat(seen) {
  const own = async (url, init) => (await seen(String(url), () => fetch(url, init))) ?? (await fetch(url, init));
  return new AethelExportClient({ baseUrl: GATEWAY, token, fetch: own });
}

suite("while files are hashed", { concurrency: 2 }, () => {
  test("others have arrived already; nothing falls, and each content goes once", async () => {
    const { files, open, seen } = earlyProject();
    const client = clientThat(async (url, ask) => {
      if (!SENT.test(url)) return null;
      const answer = await ask();
      open();
      return answer;
    });
    const id = newName();
    const told = [];
    const pushed = await client.push(id, files, { onProgress: (progress) => told.push(progress) });
    assert.deepEqual([pushed.files, pushed.sentFiles, pushed.sentBytes], [seen.files, seen.contents, seen.sentBytes]);
    assert.deepEqual([...new Set(told.map(({ phase }) => phase))], ["reading", "hashing", "uploading", "done"]);
    const sending = told.filter(({ phase }) => phase === "uploading");
    for (const [at, { bytes, files: count }] of sending.entries()) {
      const before = sending[at - 1];
      assert.ok(!before || (bytes.done >= before.bytes.done && count.done >= before.files.done), "nothing falls");
    }
    const { bytes, files: count } = sending.at(-1);
    assert.deepEqual([bytes.done, count.done], [bytes.total, count.total]);
    const again = await direct.push(id, earlyProject({ isOpen: true }).files);
    assert.equal(again.files, seen.files);
  });

  test("a gateway that does not know the question is asked once, and gets all in the end", async () => {
    const { files, seen } = earlyProject({ isOpen: true });
    let asked = 0;
    const client = clientThat((url) => {
      if (!url.endsWith("/blobs/missing")) return null;
      asked += 1;
      return new Response("{}", { status: 404 });
    });
    const pushed = await client.push(newName(), files);
    assert.deepEqual([asked, pushed.sentFiles], [1, seen.contents]);
  });

  test("what is refused ends the push, and the reading", async () => {
    const { files, open, read } = earlyProject({ later: 200 });
    const client = clientThat((url) => {
      if (!SENT.test(url)) return null;
      open();
      return new Response(JSON.stringify({ code: "quota-used-up", status: 403 }), { status: 403 });
    });
    const id = newName();
    await assert.rejects(client.push(id, files), { code: "quota-used-up" });
    assert.ok(read() < 200, `${read()} of those that came later were read`);
    const found = await direct.getProject(id);
    assert.equal(found.snapshot, null);
  });

  test("a connection that is cut meanwhile costs what was under way, and no more", async (t) => {
    const { files, seen } = earlyProject({ isOpen: true });
    const proxy = await cuttingProxy(t, GATEWAY);
    proxy.onBytes = () => {
      if (proxy.bytes > 20_000_000 * (proxy.cuts + 1) && proxy.cuts < 2) proxy.cut();
    };
    const through = new AethelExportClient({ baseUrl: proxy.url, token });
    const id = newName();
    const bytes = [];
    const pushed = await through.push(id, files, {
      onProgress: (progress) => progress.phase === "uploading" && bytes.push(progress.bytes.done),
    });
    assert.deepEqual(
      bytes,
      [...bytes].sort((a, b) => a - b),
      "what was shown as sent stays so",
    );
    assert.ok(proxy.cuts >= 1);
    assert.equal(pushed.sentFiles, seen.contents);
    const again = await direct.push(id, files);
    assert.deepEqual([again.snapshot, again.sentFiles], [pushed.snapshot, 0]);
  });

  test("a push that is called off meanwhile ends, and its requests with it", async () => {
    const { files, open } = earlyProject();
    const stop = new AbortController();
    const client = clientThat((url) => {
      if (SENT.test(url)) {
        stop.abort(new Error("enough"));
        open();
      }
      return null;
    });
    await assert.rejects(client.push(newName(), files, { signal: stop.signal }), /enough/);
  });
});
