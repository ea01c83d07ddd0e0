import assert from "node:assert/strict";
import { test } from "node:test";

import { readRetryAfter, sleep, waitS } from "../../../web/client/dist/http/back-off.js";
import { AethelExportClient } from "../../../web/client/dist/index.node.js";
import { answerJson, answerProblem, httpServer } from "./servers.mjs";

const QUOTA = { plan: "unlimited" };

test("each wait is longer than the one before, up to the longest, and half of it is left to chance", () => {
  const backOff = { firstS: 1, longestS: 8 };
  const least = [1, 2, 3, 4, 5, 60].map((failures) => waitS(failures, backOff, { random: () => 0 }));
  assert.deepEqual(least, [0.5, 1, 2, 4, 4, 4]);
  assert.equal(waitS(3, backOff, { random: () => 1 }), 4);
});

test("what the service asks for is waited for, and a little more", () => {
  const backOff = { firstS: 1, longestS: 8 };
  for (const chance of [0, 0.5, 1]) {
    const wait = waitS(1, backOff, { retryAfterS: 20, random: () => chance });
    assert.ok(wait >= 20 && wait <= 25, `${wait}`);
  }
});

test("Retry-After is a number of seconds or a date", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  assert.equal(readRetryAfter("7", now), 7);
  assert.equal(readRetryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now), 60);
  assert.equal(readRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now), 0);
  for (const none of [null, "", "soon", "-1"]) assert.equal(readRetryAfter(none, now), null);
});

test("a wait can be called off", async () => {
  const stop = new AbortController();
  const waiting = sleep(600, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(sleep(600, stop.signal), /enough/);
});

test("the token and the user whom it acts for are sent with every request", async (t) => {
  const server = await httpServer(t, (_, response) => answerJson(response, 200, QUOTA));
  const client = new AethelExportClient({ baseUrl: `${server.url}/`, token: async () => "secret", asUser: "ann" });
  assert.deepEqual(await client.quota(), QUOTA);
  const [{ url, headers }] = server.asked;
  assert.equal(url, "/api/quota");
  assert.equal(headers.authorization, "Bearer secret");
  assert.equal(headers["x-aethel-user"], "ann");
});

test("after a 401 the token is asked for once more", async (t) => {
  const server = await httpServer(t, ({ headers }, response) =>
    headers.authorization === "Bearer new"
      ? answerJson(response, 200, QUOTA)
      : answerProblem(response, 401, "unauthorized"),
  );
  const tokens = ["old", "new"];
  const client = new AethelExportClient({ baseUrl: server.url, token: () => tokens.shift() });
  assert.deepEqual(await client.quota(), QUOTA);
  assert.equal(server.asked.length, 2);

  const stubborn = new AethelExportClient({ baseUrl: server.url, token: () => "old" });
  await assert.rejects(stubborn.quota(), { code: "unauthorized", status: 401 });
  assert.equal(server.asked.length, 4, "twice, and no more");

  const fixed = new AethelExportClient({ baseUrl: server.url, token: "old" });
  await assert.rejects(fixed.quota(), { code: "unauthorized" });
  assert.equal(server.asked.length, 5, "one that stays the same is not sent again");
});

test("a problem document becomes an error with all that it says", async (t) => {
  const details = [{ path: "options.appName", message: "too long" }];
  const server = await httpServer(t, (_, response) =>
    answerProblem(
      response,
      402,
      "build-minutes-short",
      {},
      { details, available: 1, required: 5, upgradeRequired: true },
    ),
  );
  const client = new AethelExportClient({ baseUrl: server.url, token: "t" });
  const error = await client.createExport("game", { platform: "web" }).catch((caught) => caught);
  assert.equal(error.name, "ExportError");
  assert.equal(error.message, "build-minutes-short: do something");
  const { code, status, title, detail, retryable, retryAfterS, traceId, problem } = error;
  assert.deepEqual(
    { code, status, title, detail, retryable, retryAfterS, traceId },
    {
      code: "build-minutes-short",
      status: 402,
      title: "build-minutes-short",
      detail: "build-minutes-short: do something",
      retryable: false,
      retryAfterS: null,
      traceId: "t1",
    },
  );
  assert.deepEqual(error.details, details);
  assert.equal(problem.required, 5);
});

test("an answer that is no problem document is told, too", async (t) => {
  const server = await httpServer(t, (_, response) => {
    response.writeHead(404, { "Content-Type": "text/html" });
    response.end("<h1>Not here</h1>");
  });
  const client = new AethelExportClient({ baseUrl: server.url });
  await assert.rejects(client.quota(), { code: "http-404", status: 404, detail: /without saying why/ });
});

test("what answers, and is not the service, is told", async (t) => {
  const server = await httpServer(t, (_, response) => response.end("<h1>Sign in to this network</h1>"));
  await assert.rejects(new AethelExportClient({ baseUrl: server.url }).quota(), { code: "unexpected-answer" });
});

test("what says that it is for later is tried again when the service has asked for that", async (t) => {
  const begun = performance.now();
  const waits = [408, 429, 502, 503, 504].map(async (status) => {
    const server = await httpServer(t, (_, response, number) =>
      number === 1 ? answerProblem(response, status, "busy", { "Retry-After": "1" }) : answerJson(response, 200, QUOTA),
    );
    assert.deepEqual(await new AethelExportClient({ baseUrl: server.url }).quota(), QUOTA);
    assert.ok(performance.now() - begun >= 990, "not before");
    assert.equal(server.asked.length, 2, `${status}`);
  });
  await Promise.all(waits);
});

test("who is asked to wait for hours is told so at once", async (t) => {
  const server = await httpServer(t, (_, response) =>
    answerProblem(response, 429, "quota-exceeded", { "Retry-After": "7200" }),
  );
  const client = new AethelExportClient({ baseUrl: server.url });
  await assert.rejects(client.quota(), { code: "quota-exceeded", retryAfterS: 7200, retryable: true });
  assert.equal(server.asked.length, 1);
});

test("a lost connection is followed by the same request, with the same key where it must not be done twice", async (t) => {
  const server = await httpServer(t, (_, response, number) => {
    if (number === 1) response.socket.resetAndDestroy();
    else answerJson(response, 202, { success: true });
  });
  const client = new AethelExportClient({ baseUrl: server.url });
  await client.createExport("game", { platform: "web" });
  const [first, second] = server.asked;
  assert.equal(server.asked.length, 2);
  assert.match(first.headers["idempotency-key"], /^[0-9a-f]{32}$/);
  assert.equal(first.headers["idempotency-key"], second.headers["idempotency-key"]);
  assert.deepEqual(first.body, second.body);
  await client.createExport("game", { platform: "web" }, { idempotencyKey: "mine" });
  assert.equal(server.asked[2].headers["idempotency-key"], "mine");
});

test("what may have been done already is not sent again by itself", async (t) => {
  const server = await httpServer(t, (_, response) => response.socket.resetAndDestroy());
  const client = new AethelExportClient({ baseUrl: server.url });
  await assert.rejects(client.createProject({ name: "Game" }), { code: "connection-lost", status: 0, retryable: true });
  assert.equal(server.asked.length, 1);
});

test("an answer that does not come in time counts as a lost connection", async (t) => {
  const server = await httpServer(t, () => undefined);
  const client = new AethelExportClient({ baseUrl: server.url });
  const late = client.createProject({ name: "Game" }, { timeoutS: 0.2 });
  await assert.rejects(late, { code: "connection-lost", detail: "no answer within 0.2 seconds" });
});

test("an aborted signal ends a request, and a wait between two", async (t) => {
  const server = await httpServer(t, (_, response, number) => {
    if (number > 1) answerProblem(response, 503, "busy", { "Retry-After": "60" });
  });
  const client = new AethelExportClient({ baseUrl: server.url });
  for (const ms of [100, 300]) {
    await assert.rejects(client.quota({ signal: AbortSignal.timeout(ms) }), { name: "TimeoutError" });
  }
});

test("names that would lead elsewhere are refused", async () => {
  const client = new AethelExportClient({ baseUrl: "http://127.0.0.1:9" });
  for (const name of ["", ".", ".."])
    await assert.rejects(async () => client.getProject(name), { code: "bad-request" });
});

test("an address that is none is told at once", () => {
  for (const baseUrl of [undefined, "", "export.example.com"]) {
    assert.throws(() => new AethelExportClient({ baseUrl }), { code: "bad-request", detail: /no address/ });
  }
});

test("lists are asked for in pages, with every value of a filter", async (t) => {
  const server = await httpServer(t, (_, response) => answerJson(response, 200, { exports: [], nextPageToken: null }));
  const client = new AethelExportClient({ baseUrl: server.url });
  await client.listExports("a/b", { pageSize: 5, pageToken: "x=", status: ["failed", "canceled"], platform: "web" });
  const wanted = "/api/projects/a%2Fb/export?page_size=5&page_token=x%3D&status=failed&status=canceled&platform=web";
  assert.equal(server.asked[0].url, wanted);
});

test("there may be no play link", async (t) => {
  const server = await httpServer(t, ({ method }, response) => {
    if (method === "DELETE") response.writeHead(204).end();
    else answerProblem(response, 404, "not-found");
  });
  const client = new AethelExportClient({ baseUrl: server.url });
  assert.equal(await client.getPlayLink("game", null), null);
  await client.revokePlayLink("game", "e1");
  assert.deepEqual(
    server.asked.map(({ method, url }) => `${method} ${url}`),
    ["GET /api/projects/game/play", "DELETE /api/projects/game/export/e1/play"],
  );
});
