import { sleep, waitS } from "../http/back-off.js";
import type { Connection } from "../http/connection.js";
import { clientError, ExportError, isConnectionLost } from "../http/export-error.js";
import type { FileFacts, FileReaders } from "../hashing/file-reader.js";
import { leftOut, type LeftOut } from "../project/home-rule.js";
import { checkSomething, select, type Selection } from "../project/selection.js";
import { shown } from "../project/visible-text.js";
import type { SourceFile } from "../sources/source-file.js";
import type { Limits, SnapshotResult } from "../types.js";
import { Arrivals } from "./arrivals.js";
import { EarlySending } from "./early-sending.js";
import { inParallel } from "./pool.js";
import { ProgressReport, type PushProgress } from "./progress.js";
import { sendContents, type Content } from "./transfer.js";

export interface PushOptions {
  onProgress?: (progress: PushProgress) => void;
  signal?: AbortSignal;
  /** Read and compare, but send nothing and change nothing. */
  dryRun?: boolean;
  /** Checked before a byte is sent; unless given, those that the service names. */
  limits?: Limits;
}

export interface PushResult extends Omit<SnapshotResult, "snapshot"> {
  /** The project's newest snapshot; null of a dry run. */
  snapshot: string | null;
  files: number;
  bytes: number;
  /** Different contents that the project did not have. */
  sentFiles: number;
  sentBytes: number;
  leftOut: LeftOut[];
  /** Names that were put together (Unicode NFC), as macOS spells them apart. */
  renamed: string[];
}

const BACK_OFF = { firstS: 1, longestS: 30 };
const FRUITLESS = 6; // comparisons in a row between which nothing has arrived
const CONFLICT = 409;

/**
 * Make files the project's newest snapshot: read them, compare, send what is missing, and compare again until nothing is.
 *
 * Of a large project what is missing goes while more is read.
 */
export async function push(
  connection: Connection,
  projectPath: string,
  given: Iterable<SourceFile> | AsyncIterable<SourceFile>,
  options: Omit<PushOptions, "limits"> & { readers: FileReaders; limits: Limits | null },
): Promise<PushResult> {
  const report = new ProgressReport(options.onProgress);
  const selection = await select(await collected(given, report, options.signal), options.limits);
  report.leftOut(selection.leftOut);
  const arrivals = new Arrivals(report);
  const contents = options.dryRun
    ? await read(selection, report, options, () => undefined)
    : await readAndSend(connection, projectPath, selection, { ...options, report, arrivals });
  const bytes = contents.reduce((sum, { size }) => sum + size, 0);
  const told = { files: contents.length, bytes, leftOut: selection.leftOut, renamed: selection.renamed };
  if (options.dryRun) {
    report.end({ files: contents.length, bytes });
    return { ...told, snapshot: null, warnings: [], warningCount: 0, sentFiles: 0, sentBytes: 0 };
  }
  const sent = await new Transfer(connection, projectPath, contents, {
    report,
    arrivals,
    signal: options.signal,
  }).run();
  report.end({ files: contents.length, bytes });
  return { ...told, ...sent };
}

/** Hash all files, and send what is missing meanwhile. */
async function readAndSend(
  connection: Connection,
  projectPath: string,
  selection: Selection,
  options: { readers: FileReaders; signal?: AbortSignal; report: ProgressReport; arrivals: Arrivals },
): Promise<Content[]> {
  const total = { files: selection.files.size, bytes: selection.totalBytes };
  const early = new EarlySending(connection, projectPath, total, options.arrivals, options.signal);
  const reading = { readers: options.readers, signal: early.signal };
  try {
    const contents = await read(selection, options.report, reading, (content) => early.offer(content));
    await early.finish();
    return contents;
  } catch (error) {
    await early.stop(error);
    throw error;
  }
}

async function collected(
  given: Iterable<SourceFile> | AsyncIterable<SourceFile>,
  report: ProgressReport,
  signal: AbortSignal | undefined,
): Promise<SourceFile[]> {
  report.begin("reading", { files: 0, bytes: 0 });
  const files: SourceFile[] = [];
  for await (const file of given) {
    signal?.throwIfAborted();
    files.push(file);
    if (files.length % 100 === 0) report.begin("reading", { files: files.length, bytes: 0 });
  }
  return files;
}

/** Hash all files, several at a time; what looks like a secret joins what stays at home. */
async function read(
  selection: Selection,
  report: ProgressReport,
  { readers, signal }: { readers: FileReaders; signal?: AbortSignal },
  onContent: (content: Content) => void,
): Promise<Content[]> {
  const facts = new Map<string, FileFacts>();
  const done = { files: 0, bytes: 0 };
  report.begin("hashing", { files: selection.files.size, bytes: selection.totalBytes });
  await inParallel(selection.files, readers.width, signal, async ([path, file], within) => {
    const bytes = { done: 0, total: file.size };
    const found = await readers.read(
      { ...readable(file), path },
      {
        signal: within,
        onBytes(more) {
          bytes.done += more;
          done.bytes += more;
          report.reached(done, { path, bytes: { ...bytes } });
        },
      },
    );
    if (found.size !== file.size) throw changedWhileRead(path);
    facts.set(path, found);
    done.files += 1;
    report.reached(done, { path, bytes: { ...bytes } });
    if (goes(selection, path, found)) onContent({ path, file, ...sizeAndHash(found) });
  });
  const contents: Content[] = [];
  for (const [path, file] of selection.files) {
    const found = facts.get(path);
    if (!found) continue;
    if (goes(selection, path, found)) contents.push({ path, file, ...sizeAndHash(found) });
    else selection.leftOut.push(leftOut(path, "left-out-secret", found.secret || null));
  }
  checkSomething(contents, selection.leftOut);
  return contents;
}

function goes({ rule }: Selection, path: string, { secret }: FileFacts): boolean {
  return secret === null || rule.asksFor(path);
}

/** A source's own methods may look at `this`. */
function readable(file: SourceFile): Pick<SourceFile, "size" | "stream" | "blob"> {
  return { size: file.size, stream: () => file.stream(), ...(file.blob ? { blob: file.blob } : {}) };
}

function sizeAndHash({ sha256, size }: FileFacts): { sha256: string; size: number } {
  return { sha256, size };
}

function changedWhileRead(path: string): ExportError {
  const detail = `${shown(path)} changed while it was read: push again when it is at rest`;
  return clientError("file-changed", "A file has changed", detail);
}

function neverArrives(missing: number): ExportError {
  const detail = `${missing} files were sent again and again, and the service still lacks them: tell its operators`;
  return clientError("push-fruitless", "The files do not arrive", detail);
}

/** From comparing to the snapshot; a lost connection is followed by comparing again. */
class Transfer {
  readonly #manifest: { files: Record<string, { sha256: string; size: number }> };
  readonly #byHash: Map<string, Content>;

  constructor(
    readonly connection: Connection,
    readonly projectPath: string,
    contents: readonly Content[],
    readonly options: { report: ProgressReport; arrivals: Arrivals; signal: AbortSignal | undefined },
  ) {
    this.#manifest = {
      files: Object.fromEntries(contents.map((one) => [one.path, sizeAndHash({ ...one, secret: null })])),
    };
    this.#byHash = new Map(contents.map((content) => [content.sha256, content]));
  }

  async run(): Promise<SnapshotResult & { sentFiles: number; sentBytes: number }> {
    const { arrivals, report, signal } = this.options;
    if (!arrivals.isShown) report.begin("comparing", { files: 0, bytes: 0 });
    let fruitless = 0;
    for (let missing = Number.POSITIVE_INFINITY; ;) {
      const answer = await this.#compare();
      if ("snapshot" in answer) {
        const { files, bytes } = arrivals.total;
        return { ...answer, sentFiles: files, sentBytes: bytes };
      }
      fruitless = answer.missing.length < missing ? 0 : fruitless + 1;
      missing = answer.missing.length;
      if (fruitless > FRUITLESS) throw neverArrives(missing);
      try {
        await this.#send(answer.missing);
      } catch (error) {
        if (!isConnectionLost(error) || fruitless >= FRUITLESS) throw error;
        await sleep(waitS(fruitless + 1, BACK_OFF), signal);
      }
    }
  }

  /** The snapshot, or the hashes that are missing for it. */
  async #compare(): Promise<SnapshotResult | { missing: string[] }> {
    try {
      return await this.connection.json<SnapshotResult>("PUT", `${this.projectPath}/snapshot`, {
        json: this.#manifest,
        ...(this.options.signal ? { signal: this.options.signal } : {}),
        timeoutS: 300, // a manifest of many files
        attempts: 8,
      });
    } catch (error) {
      const missing = error instanceof ExportError && error.status === CONFLICT ? error.problem.missing : null;
      if (!Array.isArray(missing) || missing.length === 0) throw error;
      return { missing: missing.map(String) };
    }
  }

  async #send(missing: readonly string[]): Promise<void> {
    const { arrivals, signal } = this.options;
    const contents = missing.map((sha256) => this.#known(sha256));
    arrivals.expect(contents);
    arrivals.show();
    await sendContents(this.connection, this.projectPath, contents, {
      signal,
      onSent: (content, bytes) => arrivals.reached(content, bytes),
    });
  }

  #known(sha256: string): Content {
    const content = this.#byHash.get(sha256);
    if (content) return content;
    throw clientError(
      "unknown",
      "The service asks for what was not announced",
      `it lacks ${sha256}, which no file has`,
    );
  }
}
