// Real servers that do what a test tells them, on ports of their own.

import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { WebSocketServer } from "../../../web/node_modules/ws/wrapper.mjs";

/** An HTTP server; `answer` is given each request and its body, and may end the connection. Everything it was asked is in `asked`. */
export async function httpServer(test, answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the client has gone
    }
    const { method, url, headers } = request;
    asked.push({ method, url, headers, body: Buffer.concat(chunks) });
    await answer(asked.at(-1), response, asked.length);
  });
  const port = await listening(server);
  test.after(() => (server.closeAllConnections(), server.close()));
  return { url: `http://127.0.0.1:${port}`, asked };
}

export function answerJson(response, status, body, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function answerProblem(response, status, code, headers = {}, more = {}) {
  const problem = {
    status,
    code,
    title: code,
    detail: `${code}: do something`,
    retryable: status >= 429,
    trace_id: "t1",
    ...more,
  };
  answerJson(response, status, problem, { "Content-Type": "application/problem+json", ...headers });
}

/** A WebSocket server; `serve(socket, query, number)` is given each connection. */
export async function socketServer(test, serve) {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const queries = [];
  sockets.on("connection", (socket, request) => {
    queries.push(Object.fromEntries(new URL(request.url, "http://x").searchParams));
    socket.on("error", () => undefined);
    serve(socket, queries.at(-1), queries.length);
  });
  const port = await listening(server);
  test.after(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url: `ws://127.0.0.1:${port}/export/1?ticket=t`, queries };
}

/** A TCP proxy to `target` whose connections can be cut, and which can be closed to new ones. */
export async function cuttingProxy(test, target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  const proxy = { isOpen: true, cuts: 0, connections: 0, bytes: 0, onBytes: () => undefined };
  const server = createTcpServer((client) => {
    client.on("error", () => undefined);
    if (!proxy.isOpen) return client.destroy();
    proxy.connections += 1;
    const upstream = connect(Number(port), hostname);
    const pair = { client, upstream };
    open.add(pair);
    const end = () => {
      open.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    upstream.on("error", end);
    client.on("close", end);
    upstream.on("close", end);
    client.on("data", (data) => {
      proxy.bytes += data.length;
      proxy.onBytes(proxy);
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  proxy.cut = () => {
    proxy.cuts += open.size > 0 ? 1 : 0;
    for (const { client, upstream } of [...open]) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  };
  proxy.port = await listening(server);
  proxy.url = `http://127.0.0.1:${proxy.port}`;
  test.after(() => {
    proxy.cut();
    server.close();
  });
  return proxy;
}

function listening(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}
