import assert from "node:assert/strict";
import { test } from "node:test";

import { WebSocket } from "../../../web/node_modules/ws/wrapper.mjs";
import { ExportError } from "../../../web/client/dist/index.node.js";
import { connectionLost } from "../../../web/client/dist/http/export-error.js";
import { StateOrder } from "../../../web/client/dist/watch/state-order.js";
import { watch } from "../../../web/client/dist/watch/watch.js";
import { socketServer } from "./servers.mjs";

const PACE = { pollS: 0.05, backOff: { firstS: 0.05, longestS: 0.2 } };
const ids = { exportId: "1" };

function state(status, progress, more = {}) {
  return {
    id: "1",
    status,
    progress,
    generation: 1,
    attempts: 1,
    retryAt: null,
    waitingReason: null,
    cancelReceipt: null,
    downloadUrl: null,
    ...more,
  };
}

const line = (seq) => ({ seq, ts: "2026-01-01T00:00:00Z", level: "info", message: `line ${seq}` });
const ready = (epoch = "e") => ({ type: "ready", ...ids, epoch });
const told = (seq, status, progress, more) => ({
  type: "export-status",
  ...ids,
  seq,
  state: state(status, progress, more),
});
const logged = (seq) => ({ type: "log", ...ids, ...line(seq) });

/** A service whose connections each say some messages and close with a code; null: it stays open, "cut": no close frame comes. */
async function scripted(t, connections, http = {}) {
  const server = await socketServer(t, (socket, _, number) => {
    const [messages, code] = connections[Math.min(number, connections.length) - 1];
    for (const message of messages) socket.send(JSON.stringify(message));
    if (code === "cut") socket.terminate();
    else if (code !== null) socket.close(code);
  });
  const source = {
    tickets: 0,
    websocketUrl: async () => ((source.tickets += 1), server.url),
    state: async () => state("building", 10),
    logs: async () => [],
    ...http,
  };
  return { server, source };
}

/** All that a watch says, in short. */
async function heard(source, options = {}, pace = PACE, makeSocket = WebSocket) {
  const said = [];
  for await (const event of watch(source, makeSocket, options, pace)) {
    if (event.type === "state") said.push(`${event.state.status} ${event.state.progress}`);
    else if (event.type === "log") said.push(event.line.seq);
    else if (event.type === "gap") said.push(`gap ${event.from}-${event.to}`);
    else said.push(event.via);
  }
  return said;
}

test("an export is followed to its end over one connection", async (t) => {
  const { server, source } = await scripted(t, [
    [[ready(), logged(1), told(1, "building", 10), logged(2), told(2, "completed", 100)], 1000],
  ]);
  assert.deepEqual(await heard(source), ["socket", 1, "building 10", 2, "completed 100"]);
  assert.deepEqual([source.tickets, server.queries.length], [1, 1]);
});

for (const [code, why] of [
  [4001, "the service is being restarted"],
  [4002, "messages were taken too slowly"],
  [4003, "the ticket had expired"],
  [1001, "the page before it goes away"],
  [1011, "the service has failed"],
  ["cut", "the line was cut"],
]) {
  test(`after ${code} (${why}) a new ticket and the log's place lead on, without loss or repetition`, async (t) => {
    const { server, source } = await scripted(t, [
      [[ready(), logged(1), logged(7), told(3, "building", 10)], code],
      [[ready(), logged(7), logged(9), told(2, "building", 5), told(4, "completed", 100)], 1000],
    ]);
    const said = (await heard(source)).filter((one) => one !== "waiting" && one !== "socket");
    assert.deepEqual(said, [1, 7, "building 10", 9, "completed 100"]);
    assert.equal(source.tickets, 2);
    assert.deepEqual(server.queries[1], { ticket: "t", epoch: "e", after_seq: "7" });
  });
}

for (const [code, status, said] of [
  [4501, 403, "forbidden"],
  [4502, 400, "bad-request"],
  [4504, 404, "not-found"],
]) {
  test(`${code} ends the watch with an error of status ${status}`, async (t) => {
    const { source } = await scripted(t, [[[{ type: "error", ...ids, error: "the reason", code: said }], code]]);
    const error = await heard(source).catch((caught) => caught);
    assert.ok(error instanceof ExportError);
    assert.deepEqual([error.code, error.status, error.detail], [said, status, "the reason"]);
  });
}

test("4529 is followed by polling until there is room for the connection", async (t) => {
  const { source } = await scripted(t, [
    [[{ type: "error", ...ids, error: "too many sockets", code: "too-many-requests" }], 4529],
    [[ready(), told(2, "completed", 100)], 1000],
  ]);
  const said = await heard(source);
  assert.deepEqual(said, ["polling", "building 10", "socket", "completed 100"]);
});

test("where sockets are blocked the export is polled to its end, and sockets are tried again", async () => {
  const states = [state("queued", 0), state("building", 40), state("building", 40), state("completed", 100)];
  let tries = 0;
  const source = {
    websocketUrl: async () => ((tries += 1), "ws://127.0.0.1:9/closed"),
    // It does not end before a socket was tried again.
    state: async () => (states.length === 1 && tries < 3 ? state("building", 40) : states.shift()),
    logs: async (afterSeq) => [1, 2, 3, 4].filter((seq) => seq > afterSeq && seq <= 4 - states.length).map(line),
  };
  const said = await heard(source);
  assert.deepEqual(said, ["waiting", "polling", 1, "queued 0", 2, "building 40", 3, 4, "completed 100"]);
  assert.ok(tries > 2, `${tries}`);
});

test("where there are no sockets at all, or a policy forbids them, it is polled, too", async () => {
  class Forbidden {
    constructor() {
      throw new DOMException("refused by a policy", "SecurityError");
    }
  }
  for (const makeSocket of [Forbidden, null]) {
    const source = {
      websocketUrl: async () => "ws://127.0.0.1:9",
      state: async () => state("failed", 3),
      logs: async () => [],
    };
    const said = await heard(source, {}, PACE, makeSocket ?? undefined);
    assert.deepEqual(said, ["waiting", "polling", "failed 3"]);
  }
});

test("from polling it goes back to the socket, and no line comes twice", async (t) => {
  const { server, source } = await scripted(
    t,
    [
      [[], "cut"],
      [[], "cut"],
      [[ready(), logged(1), logged(2), logged(3), told(5, "completed", 100)], 1000],
    ],
    { logs: async (afterSeq) => [line(1), line(2)].filter(({ seq }) => seq > afterSeq) },
  );
  const said = await heard(source);
  assert.deepEqual(said, ["waiting", "polling", 1, 2, "building 10", "socket", 3, "completed 100"]);
  assert.deepEqual(server.queries[2], { ticket: "t" }, "a place without an epoch means nothing to the service");
});

test("a gateway that cannot be reached is waited for", async (t) => {
  let tries = 0;
  const { source } = await scripted(t, [[[ready(), told(1, "completed", 100)], 1000]]);
  const ticket = source.websocketUrl;
  source.websocketUrl = async () => {
    tries += 1;
    if (tries < 5) throw connectionLost("no answer");
    return await ticket();
  };
  source.state = async () => {
    throw connectionLost("no answer");
  };
  const said = await heard(source);
  assert.deepEqual([said[0], ...said.slice(-2)], ["waiting", "socket", "completed 100"]);
});

test("a gateway that refuses ends the watch", async (t) => {
  const { source } = await scripted(t, [[[], 1000]]);
  source.websocketUrl = async () => {
    throw new ExportError({ code: "not-found", detail: "no such export" }, { status: 404 });
  };
  await assert.rejects(heard(source), { code: "not-found", status: 404 });
});

test("lines that the socket passes over are asked for", async (t) => {
  const { source } = await scripted(
    t,
    [[[ready(), { type: "gap", ...ids, from: 2, to: 6 }, logged(8), told(1, "completed", 100)], 1000]],
    { logs: async (afterSeq) => [2, 4, 6, 8].filter((seq) => seq > afterSeq).map(line) },
  );
  assert.deepEqual(await heard(source), ["socket", 2, 4, 6, 8, "completed 100"]);
});

test("lines that nobody has any more are told as a gap", async (t) => {
  const gap = { type: "gap", ...ids, from: 2, to: 6 };
  const script = [[[ready(), gap, logged(8), told(1, "completed", 100)], 1000]];
  for (const [there, expected] of [
    [[8], ["gap 2-6", 8]],
    [
      [5, 8],
      ["gap 2-4", 5, 8],
    ],
  ]) {
    const { source } = await scripted(t, script, { logs: async () => there.map(line) });
    assert.deepEqual(await heard(source), ["socket", ...expected, "completed 100"]);
  }
});

test("a new life of the log begins anew", async (t) => {
  const { source } = await scripted(t, [
    [[ready("old"), logged(50), told(3, "building", 10)], "cut"],
    [[ready("new"), { type: "gap", ...ids, from: 1, to: 50 }, logged(1), logged(2), told(4, "completed", 100)], 1000],
  ]);
  const said = (await heard(source)).filter((one) => one !== "waiting" && one !== "socket");
  assert.deepEqual(said, [50, "building 10", "gap 1-50", 1, 2, "completed 100"]);
});

test("the log goes on behind the line that is known, and can be left out", async (t) => {
  const script = [[[ready(), logged(1), logged(2), logged(3), told(1, "completed", 100)], 1000]];
  const { source } = await scripted(t, script);
  assert.deepEqual(await heard(source, { afterSeq: 2 }), ["socket", 3, "completed 100"]);
  assert.deepEqual(await heard(source, { log: false }), ["socket", "completed 100"]);
});

test("a canceled export also says when its work has stopped", async (t) => {
  const receipt = (stoppedAt) => ({
    cancelReceipt: { requestedAt: "2026-01-01T00:00:00Z", stoppedAt, partsAborted: true },
  });
  const { source } = await scripted(t, [
    [[ready(), told(1, "canceled", 10, receipt(null))], "cut"],
    [[ready(), told(2, "canceled", 10, receipt("2026-01-01T00:00:01Z"))], 1000],
  ]);
  const said = (await heard(source)).filter((one) => one.startsWith("canceled"));
  assert.deepEqual(said, ["canceled 10", "canceled 10"]);
});

test("an end that was seen is the end, however the connection ends", async (t) => {
  const { source } = await scripted(t, [[[ready(), told(2, "failed", 10)], "cut"]]);
  assert.deepEqual(await heard(source), ["socket", "failed 10"]);
});

test("an aborted signal ends a watch at once, wherever it is", async (t) => {
  const { source } = await scripted(t, [[[ready(), told(1, "building", 10)], null]]);
  await assert.rejects(heard(source, { signal: AbortSignal.timeout(200) }), { name: "TimeoutError" });
  const away = { ...source, websocketUrl: async () => "ws://127.0.0.1:9" };
  const slow = { pollS: 60, backOff: { firstS: 60, longestS: 60 } };
  await assert.rejects(heard(away, { signal: AbortSignal.timeout(200) }, slow), { name: "TimeoutError" });
  await assert.rejects(heard(source, { signal: AbortSignal.abort(new Error("before")) }), /before/);
});

test("who stops listening closes the connection", async (t) => {
  let closed = () => undefined;
  const end = new Promise((resolve) => (closed = resolve));
  const server = await socketServer(t, (socket) => {
    socket.on("close", closed);
    socket.send(JSON.stringify(ready()));
    socket.send(JSON.stringify(told(1, "building", 10)));
  });
  const source = {
    websocketUrl: async () => server.url,
    state: async () => state("building", 10),
    logs: async () => [],
  };
  for await (const event of watch(source, WebSocket, {}, PACE)) if (event.type === "state") break;
  await end;
});

test("messages that are none, and those of newer services, are passed over", async (t) => {
  const server = await socketServer(t, (socket) => {
    for (const text of ["", "{", "null", "[]", "1", '{"type":"later"}', '{"type":3}']) socket.send(text);
    socket.send(Buffer.from([1, 2]));
    for (const message of [ready(), told(1, "completed", 100)]) socket.send(JSON.stringify(message));
    socket.close(1000);
  });
  const source = { websocketUrl: async () => server.url };
  assert.deepEqual(await heard(source), ["socket", "completed 100"]);
});

test("who is slow gets the newest state, and every line", async (t) => {
  const many = Array.from({ length: 12_000 }, (_, at) => at + 1);
  let leave;
  const left = new Promise((resolve) => (leave = resolve));
  const server = await socketServer(t, (socket, { after_seq: after = "0" }) => {
    socket.on("close", leave);
    socket.send(JSON.stringify(ready()));
    for (const seq of many.slice(Number(after))) socket.send(JSON.stringify(logged(seq)));
    for (const percent of [1, 2, 3]) socket.send(JSON.stringify(told(percent, "building", percent)));
    socket.send(JSON.stringify(told(9, "completed", 100)));
    socket.close(1000);
  });
  const source = {
    websocketUrl: async () => server.url,
    state: async () => state("building", 1),
    logs: async () => [],
  };
  const lines = [];
  for await (const event of watch(source, WebSocket, {}, PACE)) {
    if (event.type === "log" && lines.push(event.line.seq) === 1) await left;
  }
  assert.deepEqual(lines, many);
  assert.ok(server.queries.length > 1, "what nobody took was not kept here");
});

test("a state never goes backwards, whichever way it comes", () => {
  const order = new StateOrder();
  const takes = [
    [state("building", 20), 5, true],
    [state("building", 20), 5, false], // the same
    [state("building", 19), null, false],
    [state("preparing", 20), null, false],
    [state("building", 30), 4, false], // an older document
    [state("queued", 20, { retryAt: "2026-01-01T00:00:00Z" }), 6, true], // the next attempt is waited for
    [state("preparing", 20, { attempts: 2 }), null, true],
    [state("building", 25), null, false], // of the attempt before
    [state("completed", 100, { attempts: 2 }), 9, true],
    [state("uploading", 99, { attempts: 2 }), 10, false],
    [state("completed", 0, { attempts: 2 }), 9, true], // it has expired
    [state("queued", 0, { generation: 2, attempts: 0 }), 11, true],
    [state("completed", 100, { attempts: 2 }), 12, false],
  ];
  for (const [at, [one, revision, expected]] of takes.entries()) {
    assert.equal(order.takes(one, revision), expected, `${at}: ${one.status} ${one.progress}`);
  }
});

const DATA = Buffer.from("a picture").toString("base64");
const preview = (frame, more = {}) => ({
  type: "preview",
  ...ids,
  generation: 1,
  frame,
  frames: 300,
  fps: 4.5,
  mediaType: "image/jpeg",
  data: DATA,
  ...more,
});

test("pictures of a film are told as they come, none of another generation, none that is no picture, and none after its end", async (t) => {
  const { source } = await scripted(t, [
    [[ready(), preview(0), told(1, "building", 10)], 4001],
    [[ready(), preview(1)], 4001],
    [[ready(), preview(2, { data: "?" })], 4001],
    [[ready(), preview(3, { generation: 2 })], 4001],
    [[ready(), preview(4)], 4001],
    [[ready(), told(2, "completed", 100), preview(5)], 1000],
  ]);
  const said = [];
  for await (const event of watch(source, WebSocket, {}, PACE)) {
    if (event.type !== "preview") continue;
    const { picture, ...numbers } = event.preview;
    said.push([numbers, picture.type, await picture.text()]);
  }
  const expected = (frame) => [{ generation: 1, frame, frames: 300, fps: 4.5 }, "image/jpeg", "a picture"];
  assert.deepEqual(said, [expected(1), expected(4)]);
});

test("of pictures that nobody has taken yet the newest alone is left", async (t) => {
  const frames = Array.from({ length: 100 }, (_, frame) => preview(frame));
  const { source } = await scripted(t, [[[ready(), told(1, "building", 10), ...frames, logged(1), logged(2)], null]]);
  const said = [];
  const stop = new AbortController();
  for await (const event of watch(source, WebSocket, { signal: stop.signal }, PACE)) {
    if (event.type === "preview") said.push(event.preview.frame);
    if (event.type === "state") await new Promise((resolve) => setTimeout(resolve, 300));
    if (event.type === "log" && event.line.seq === 2) break;
  }
  assert.equal(said.at(-1), 99);
  assert.ok(said.length < 100);
});
