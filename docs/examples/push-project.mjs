// Pushes one project from the engine's database to Aethel Export. Node 20 or newer, no packages.
//
//   AETHEL_EXPORT_URL=… AETHEL_EXPORT_TOKEN=… node push-project.mjs rows.json --uploads public/uploads
//
// rows.json: {"project": {id, name, template, settings}, "files": [{path, content}], "assets": [{name, type, path, url}]}.
// On the engine's server import pushProject instead, and give it rows as they come from the database. docs/migration.md

import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { objectionTo, staysAtHome, TakenPaths } from "./project-paths.mjs";

const SMALL_BYTES = 1 << 20; // such blobs travel together
const PACK_BYTES = 8 << 20;
const TAR_BLOCK = 512;
const ATTEMPTS = 6;
const LONGEST_WAIT_S = 120; // a quota that is used up for hours is told at once
const TRY_AGAIN = new Set([408, 429, 503]);

/** Rows that cannot become files of a project; `rows`: [{table, row, path, reason}]. */
export class RefusedRowsError extends Error {
  constructor(rows) {
    super(rows.map(({ table, row, path, reason }) => `${table} ${row}: ${path}: ${reason}`).join("\n"));
    this.rows = rows;
  }
}

/** What the gateway refused: its status and its problem document. */
export class GatewayError extends Error {
  constructor(status, problem) {
    super(`${status} ${problem.code ?? ""}: ${problem.detail ?? problem.title ?? "no explanation"}`);
    this.status = status;
    this.problem = problem;
  }
}

/**
 * Push a project: send what the gateway does not have yet, and make that the project's newest snapshot.
 *
 * `files` and `assets` are iterables of rows, asynchronous ones too. `readAsset(row)` gives an upload's bytes, as a Buffer or an iterable of chunks; it
 * is called a second time for what has to be sent. `leaveOut`: go on without the rows that are refused, which is an error otherwise.
 */
export async function pushProject({ gateway, token, user, project, files, assets, readAsset, leaveOut = false }) {
  const client = new Client(gateway, token, user);
  const sources = new Sources();
  for await (const row of files) await sources.add("File", row, () => Buffer.from(row.content ?? ""));
  for await (const row of assets) await sources.add("Asset", row, () => readAsset(row));
  if (sources.refused.length > 0 && !leaveOut) throw new RefusedRowsError(sources.refused);

  await client.create(project);
  const snapshot = `/api/projects/${project.id}/snapshot`;
  const manifest = JSON.stringify({ files: Object.fromEntries(sources.entries) });
  let sent = 0;
  for (;;) {
    try {
      const answer = await client.send("PUT", snapshot, () => manifest);
      const { refused, leftOut } = sources;
      return { snapshot: answer.snapshot, files: sources.entries.size, sent, refused, leftOut };
    } catch (error) {
      if (!error.problem?.missing?.length) throw error;
      await client.sendBlobs(project.id, error.problem.missing, sources.byHash);
      sent += error.problem.missing.length;
    }
  }
}

/** What the rows say the project consists of. */
class Sources {
  entries = new Map(); // path to {sha256, size}
  byHash = new Map(); // SHA-256 to {size, open}
  refused = [];
  leftOut = [];
  #taken = new TakenPaths();
  #counts = { File: 0, Asset: 0 };

  async add(table, row, open) {
    const number = this.#counts[table]++;
    const path = String(row.path ?? "").replace(/^\/+/u, ""); // a leading slash is the project's root
    if (staysAtHome(path)) {
      this.leftOut.push(path);
      return;
    }
    try {
      const objection = objectionTo(path) ?? this.#taken.take(path);
      if (objection) throw new Error(objection);
      const { sha256, size } = await hash(await open());
      this.entries.set(path, { sha256, size });
      this.byHash.set(sha256, { size, open });
    } catch (error) {
      this.refused.push({ table, row: row.id ?? number, path: row.path ?? null, reason: error.message });
    }
  }
}

async function hash(content) {
  const digest = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks(content)) {
    digest.update(chunk);
    size += chunk.length;
  }
  return { sha256: digest.digest("hex"), size };
}

function chunks(content) {
  return content instanceof Uint8Array ? [content] : content;
}

/** The gateway, with patience. */
class Client {
  #gateway;
  #headers;

  constructor(gateway, token, user) {
    this.#gateway = gateway.replace(/\/+$/u, "");
    this.#headers = { Authorization: `Bearer ${token}`, ...(user ? { "X-Aethel-User": user } : {}) };
  }

  /** One request; `body` is called anew for every attempt. Raises GatewayError. */
  async send(method, path, body, type = "application/json") {
    for (let attempt = 1; ; attempt++) {
      let wait_s = 2 ** (attempt - 1);
      try {
        const answer = await fetch(this.#gateway + path, {
          method,
          body: await body(),
          headers: { ...this.#headers, "Content-Type": type },
          duplex: "half",
        });
        if (answer.ok) return await answer.json();
        const problem = await answer.json().catch(() => ({}));
        const told_s = Number.parseFloat(answer.headers.get("Retry-After"));
        if (told_s >= 0) wait_s = told_s;
        const isFinal = !TRY_AGAIN.has(answer.status) || wait_s > LONGEST_WAIT_S || attempt === ATTEMPTS;
        if (isFinal) throw new GatewayError(answer.status, problem);
      } catch (error) {
        if (error instanceof GatewayError || attempt === ATTEMPTS) throw error; // else the connection broke
      }
      await sleep(wait_s * 1000);
    }
  }

  /** Make the project, unless it is there. */
  async create({ id, name, template, settings }) {
    const body = JSON.stringify({ id, name, settings: { ...settings, ...(template ? { template } : {}) } });
    try {
      await this.send("POST", "/api/projects", () => body);
    } catch (error) {
      if (error.status !== 409) throw error;
    }
  }

  /** Send blobs: small ones together, large ones each by itself, as streams. */
  async sendBlobs(id, hashes, byHash) {
    const path = `/api/projects/${id}/blobs`;
    let pack = new Map();
    let size = 0;
    const flush = async () => {
      if (pack.size > 0) await this.send("POST", path, () => tar(pack), "application/x-tar");
      pack = new Map();
      size = 0;
    };
    for (const sha256 of hashes) {
      const blob = byHash.get(sha256);
      if (blob.size > SMALL_BYTES) {
        const stream = async () => Readable.toWeb(Readable.from(chunks(await blob.open())));
        await this.send("PUT", `${path}/${sha256}`, stream, "application/octet-stream");
        continue;
      }
      if (size + blob.size + TAR_BLOCK > PACK_BYTES) await flush();
      pack.set(sha256, await whole(await blob.open()));
      size += blob.size + TAR_BLOCK;
    }
    await flush();
  }
}

async function whole(content) {
  const parts = [];
  for await (const chunk of chunks(content)) parts.push(chunk);
  return Buffer.concat(parts);
}

/** An uncompressed tar (POSIX ustar) whose entries are named by their SHA-256. */
function tar(blobs) {
  const parts = [];
  for (const [sha256, data] of blobs) {
    const header = Buffer.alloc(TAR_BLOCK);
    header.write(sha256, 0);
    header.write("0000644\0" + "0000000\0".repeat(2), 100); // mode, owner, group
    header.write(data.length.toString(8).padStart(11, "0") + "\0" + "0".repeat(11) + "\0", 124); // size, time
    header.write(" ".repeat(8) + "0", 148); // the sum of all bytes is made with spaces in its place
    header.write("ustar\0" + "00", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(sum.toString(8).padStart(6, "0") + "\0 ", 148);
    parts.push(header, data, Buffer.alloc(-data.length & (TAR_BLOCK - 1)));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * TAR_BLOCK)]);
}

/**
 * A reader of uploads: `/uploads/<ms>_<name>` from a folder, absolute addresses from the origins that are allowed, as rows come from users.
 */
export function uploadsReader(folder, origins = []) {
  return async ({ url }) => {
    const [, name] = /^\/uploads\/([^/]+)$/u.exec(url ?? "") ?? [];
    if (name && folder) {
      const asItStands = join(folder, basename(name));
      return createReadStream(existsSync(asItStands) ? asItStands : join(folder, basename(decodeURIComponent(name))));
    }
    if (!URL.canParse(url ?? "")) throw new Error(`no upload at ${url}`);
    if (!origins.includes(new URL(url).origin)) throw new Error(`${new URL(url).origin} is no origin of uploads`);
    const answer = await fetch(url, { redirect: "error" });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    return answer.body;
  };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      uploads: { type: "string" },
      origin: { type: "string", multiple: true },
      user: { type: "string" },
      "leave-out": { type: "boolean" },
    },
  });
  const { AETHEL_EXPORT_URL: gateway, AETHEL_EXPORT_TOKEN: token } = process.env;
  if (positionals.length !== 1 || !gateway || !token) {
    throw new Error("name a file of rows, and set AETHEL_EXPORT_URL and AETHEL_EXPORT_TOKEN");
  }
  const { project, files = [], assets = [] } = JSON.parse(await readFile(positionals[0], "utf8"));
  const pushed = await pushProject({
    gateway,
    token,
    user: values.user,
    project,
    files,
    assets,
    readAsset: uploadsReader(values.uploads, values.origin),
    leaveOut: values["leave-out"],
  });
  console.log(JSON.stringify(pushed));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(error.message);
    process.exitCode = error instanceof RefusedRowsError ? 2 : 1;
  });
}
