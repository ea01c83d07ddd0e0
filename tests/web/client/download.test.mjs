import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";

import { AethelExportClient } from "../../../web/client/dist/index.node.js";
import { answerJson, answerProblem, httpServer } from "./servers.mjs";

const BYTES = randomBytes(300_000);
const SHA256 = createHash("sha256").update(BYTES).digest("hex");

/** A gateway with one finished export, whose artifact comes as `send` sends it. */
async function gateway(t, send, more = {}) {
  const server = await httpServer(t, (request, response) => {
    if (request.url.startsWith("/artifact")) return send(request, response, server.fetched++);
    if (request.url.endsWith("/download")) return answerProblem(response, 410, "gone");
    const downloadUrl = `${server.url}/artifact?ticket=t`;
    const finished = {
      status: "completed",
      downloadUrl,
      fileName: "game.zip",
      fileSize: BYTES.length,
      sha256: SHA256,
      ...more,
    };
    answerJson(response, 200, { export: finished });
  });
  server.fetched = 0;
  return { server, client: new AethelExportClient({ baseUrl: server.url, token: "secret" }) };
}

async function bytesOf(body) {
  return Buffer.from(await new Response(body).arrayBuffer());
}

test("an artifact comes as it was announced, and the token stays here", async (t) => {
  const { server, client } = await gateway(t, (_, response) => response.end(BYTES));
  const { fileName, size, sha256, body } = await client.download("game", "e1");
  assert.deepEqual([fileName, size, sha256], ["game.zip", BYTES.length, SHA256]);
  assert.ok((await bytesOf(body)).equals(BYTES));
  assert.equal(server.asked.find(({ url }) => url.startsWith("/artifact")).headers.authorization, undefined);
});

for (const knowsRanges of [true, false]) {
  test(`a lost connection is followed by the rest, from a storage that ${knowsRanges ? "knows" : "ignores"} ranges`, async (t) => {
    const { server, client } = await gateway(t, ({ headers }, response, number) => {
      const from = knowsRanges ? Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0) : 0;
      response.writeHead(from > 0 ? 206 : 200, { "Content-Length": BYTES.length - from });
      if (number === 2) return response.end(BYTES.subarray(from));
      response.write(BYTES.subarray(from, 100_000 * (number + 1)), () => response.socket.resetAndDestroy());
    });
    const { body } = await client.download("game", "e1");
    assert.ok((await bytesOf(body)).equals(BYTES));
    assert.equal(server.fetched, 3);
  });
}

test("what came damaged is an error at its end", async (t) => {
  const other = Buffer.from(BYTES);
  other[7] ^= 1;
  const { client } = await gateway(t, (_, response) => response.end(other));
  const { body } = await client.download("game", "e1");
  await assert.rejects(bytesOf(body), { code: "artifact-damaged", retryable: true });
});

test("more than was announced is an error, too", async (t) => {
  const { client } = await gateway(t, (_, response) => response.end(Buffer.concat([BYTES, BYTES])));
  await assert.rejects(bytesOf((await client.download("game", "e1")).body), { code: "artifact-damaged" });
});

test("what is refused is told before there is a stream", async (t) => {
  const { client } = await gateway(t, (_, response) => answerProblem(response, 403, "forbidden"));
  await assert.rejects(client.download("game", "e1"), { code: "forbidden", status: 403 });
});

test("an expired artifact is told in the service's own words", async (t) => {
  const { client } = await gateway(t, () => undefined, { downloadUrl: null });
  await assert.rejects(client.download("game", "e1"), { code: "gone", status: 410 });
});
