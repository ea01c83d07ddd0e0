import { download, type Download } from "./download.js";
import { Connection, newIdempotencyKey, part, type ConnectionOptions, type RequestOptions } from "./http/connection.js";
import { ExportError } from "./http/export-error.js";
import { upload } from "./http/upload.js";
import type { Platform as Runtime } from "./platform/platform.js";
import { push, type PushOptions, type PushResult } from "./push/push.js";
import type { SourceFile } from "./sources/source-file.js";
import type {
  ArtifactFiles,
  ChangedExport,
  CreatedExport,
  ExportPage,
  ExportPrice,
  ExportRequest,
  Limits,
  LogLine,
  Platform,
  PlatformName,
  PlayLink,
  PlayLinkOptions,
  Project,
  ProjectPage,
  Quota,
  ServiceFacts,
  SnapshotFiles,
  SnapshotResult,
  State,
  Status,
} from "./types.js";
import type { WebSocketConstructor } from "./watch/socket.js";
import { watch, type WatchEvent, type WatchOptions } from "./watch/watch.js";

export interface ClientOptions extends ConnectionOptions {
  /** Unless given: the browser's own, and `ws` in Node. */
  WebSocket?: WebSocketConstructor;
}

/** One page of a list. */
export interface PageOptions extends RequestOptions {
  pageSize?: number;
  pageToken?: string | null;
}
export interface ExportFilter extends PageOptions {
  status?: Status | readonly Status[];
  platform?: PlatformName | readonly PlatformName[];
}
/** A key makes a request repeatable: the same key and body give the same export. One is made where none is given. */
export interface IdempotentOptions extends RequestOptions {
  idempotencyKey?: string;
}

const NOT_FOUND = 404;

/**
 * Aethel Export: push a project, ask for exports of it, watch them, fetch what they made.
 *
 * Every method raises {@link ExportError} for what the service refuses and what cannot be reached, and the reason of its `signal` once that is aborted.
 */
export class BaseClient {
  readonly #runtime: Runtime;
  readonly #connection: Connection;
  readonly #fetch: typeof fetch;
  readonly #webSocket: WebSocketConstructor | undefined;
  #facts: Promise<ServiceFacts | null> | null = null;

  protected constructor(options: ClientOptions, runtime: Runtime) {
    this.#runtime = runtime;
    this.#connection = new Connection(options);
    this.#fetch = options.fetch ?? ((...given) => fetch(...given));
    this.#webSocket = options.WebSocket ?? runtime.webSocket;
  }

  /** What can be exported: whether it can be had, what it costs, what its options do. */
  async platforms(options: RequestOptions = {}): Promise<Platform[]> {
    const { platforms } = await this.#connection.json<{ platforms: Platform[] }>("GET", "/api/platforms", options);
    return platforms;
  }

  /** Build minutes of this month, and what else the user has and may have. */
  quota(options: RequestOptions = {}): Promise<Quota> {
    return this.#connection.json("GET", "/api/quota", options);
  }

  /** What the service says of itself to everybody; null where it says nothing. */
  async facts(options: { attempts?: number } = {}): Promise<ServiceFacts | null> {
    this.#facts ??= this.#connection.json<ServiceFacts>("GET", "/page.json", options).catch((error: unknown) => {
      this.#facts = null;
      if (error instanceof ExportError && error.status === NOT_FOUND) return null;
      throw error;
    });
    return await this.#facts;
  }

  /** The user's projects: their own, then those that others share with them. */
  listProjects(options: PageOptions = {}): Promise<ProjectPage> {
    return this.#connection.json("GET", "/api/projects", { ...options, query: pageOf(options) });
  }

  getProject(projectId: string, options: RequestOptions = {}): Promise<Project> {
    return this.#connection.json("GET", projectPath(projectId), options);
  }

  /** Make a project; the first push to an unknown id makes it, too, with its id as its name. */
  createProject(
    project: { id?: string; name: string; settings?: Record<string, unknown> },
    options: RequestOptions = {},
  ): Promise<Project> {
    return this.#connection.json("POST", "/api/projects", { ...options, json: project });
  }

  /** Cancel a project's exports and erase everything. */
  async deleteProject(projectId: string, options: RequestOptions = {}): Promise<void> {
    await this.#connection.json("DELETE", projectPath(projectId), options);
  }

  /**
   * Make files all that the project consists of; only what it does not have is sent, of a large project while more is read.
   *
   * What is no part of a game, looks like a secret or is named in `.aethelignore` stays at home and is told in `leftOut`. Raises `path-invalid`,
   * `too-large` and `ignore-file-invalid` before a byte is sent, `no-files` and `file-unreadable` before the project is changed.
   */
  async push(
    projectId: string,
    files: Iterable<SourceFile> | AsyncIterable<SourceFile>,
    options: PushOptions = {},
  ): Promise<PushResult> {
    const readers = this.#runtime.openReaders();
    try {
      const limits = options.limits ?? (await this.#limits());
      return await push(this.#connection, projectPath(projectId), files, { ...options, limits, readers });
    } finally {
      readers.close();
    }
  }

  /** Make a ZIP all that the project consists of; `encoding` is that of names that do not say it, `cp932` for one. */
  importZip(
    projectId: string,
    zip: Blob | Uint8Array<ArrayBuffer>,
    options: {
      onProgress?: (bytes: { done: number; total: number }) => void;
      signal?: AbortSignal;
      encoding?: string;
    } = {},
  ): Promise<SnapshotResult> {
    const blob = zip instanceof Blob ? zip : new Blob([zip]);
    return upload(this.#connection, {
      method: "POST",
      path: `${projectPath(projectId)}/import`,
      query: { encoding: options.encoding },
      type: "application/zip",
      size: blob.size,
      body: () => blob,
      signal: options.signal,
      onSent: (done) => options.onProgress?.({ done, total: blob.size }),
    });
  }

  /** What the project consists of now, by path, in pages that are all of one snapshot. */
  listProjectFiles(projectId: string, options: PageOptions = {}): Promise<SnapshotFiles> {
    return this.#connection.json("GET", `${projectPath(projectId)}/snapshot`, { ...options, query: pageOf(options) });
  }

  /** Ask for an export of the project as it is now. */
  createExport(projectId: string, request: ExportRequest, options: IdempotentOptions = {}): Promise<CreatedExport> {
    return this.#connection.json("POST", `${projectPath(projectId)}/export`, { ...idempotent(options), json: request });
  }

  /** The build minutes that the same request would reserve; what would be refused is refused here, too. */
  priceOf(request: ExportRequest, options: RequestOptions = {}): Promise<ExportPrice> {
    return this.#connection.json("POST", "/api/exports/price", { ...options, json: request });
  }

  /** The project's exports, newest first. */
  listExports(projectId: string, options: ExportFilter = {}): Promise<ExportPage> {
    const { status, platform } = options;
    const query = { ...pageOf(options), status, platform };
    return this.#connection.json("GET", `${projectPath(projectId)}/export`, { ...options, query });
  }

  /** How an export stands. */
  async getExport(projectId: string, exportId: string, options: RequestOptions = {}): Promise<State> {
    const path = exportPath(projectId, exportId);
    return (await this.#connection.json<{ export: State }>("GET", path, options)).export;
  }

  /** Follow an export to its end: see {@link watch}. */
  watch(projectId: string, exportId: string, options: WatchOptions = {}): AsyncIterable<WatchEvent> {
    const path = exportPath(projectId, exportId);
    const once = (signal?: AbortSignal): RequestOptions & { attempts: number } => ({
      ...(signal ? { signal } : {}),
      timeoutS: 20,
      attempts: 1, // the watch has a patience of its own
    });
    const source = {
      websocketUrl: async (signal?: AbortSignal) =>
        (await this.#connection.json<{ websocketUrl: string }>("POST", `${path}/ticket`, once(signal))).websocketUrl,
      state: async (signal?: AbortSignal) =>
        (await this.#connection.json<{ export: State }>("GET", path, once(signal))).export,
      logs: (afterSeq: number, signal?: AbortSignal) => this.logs(projectId, exportId, { afterSeq, ...once(signal) }),
    };
    return watch(source, this.#webSocket, options);
  }

  /** Lines of an export's log, oldest first, at most a thousand. */
  async logs(
    projectId: string,
    exportId: string,
    { afterSeq, limit, ...options }: { afterSeq?: number; limit?: number } & RequestOptions = {},
  ): Promise<LogLine[]> {
    const query = { after_seq: afterSeq, limit };
    const path = `${exportPath(projectId, exportId)}/logs`;
    return (await this.#connection.json<{ logs: LogLine[] }>("GET", path, { ...options, query })).logs;
  }

  /** Start an export that has failed, was canceled or has expired again, under the same id. */
  retry(projectId: string, exportId: string, options: IdempotentOptions = {}): Promise<ChangedExport> {
    return this.#connection.json("POST", `${exportPath(projectId, exportId)}/retry`, idempotent(options));
  }

  /** End an export at any stage. */
  cancel(projectId: string, exportId: string, options: RequestOptions = {}): Promise<ChangedExport> {
    const path = `${exportPath(projectId, exportId)}/cancel`;
    return this.#connection.json("POST", path, { ...options, repeatable: true });
  }

  /** The artifact of a finished export: see {@link download}. */
  async download(projectId: string, exportId: string, options: { signal?: AbortSignal } = {}): Promise<Download> {
    const state = await this.getExport(projectId, exportId, options);
    return await download(this.#connection, exportPath(projectId, exportId), state, {
      fetch: this.#fetch,
      openReaders: () => this.#runtime.openReaders(),
      signal: options.signal,
    });
  }

  /** A link that plays a finished web build; of an `exportId` of null, one that follows the project's newest. */
  createPlayLink(
    projectId: string,
    exportId: string | null,
    { password, expiresAt, crossOriginIsolated, ...options }: PlayLinkOptions & RequestOptions = {},
  ): Promise<PlayLink> {
    const json = {
      password,
      expiresAt: expiresAt instanceof Date ? expiresAt.toISOString() : expiresAt,
      crossOriginIsolated,
    };
    return this.#connection.json("POST", playPath(projectId, exportId), { ...options, json, repeatable: true });
  }

  /** The link that there is; null where there is none. */
  async getPlayLink(
    projectId: string,
    exportId: string | null,
    options: RequestOptions = {},
  ): Promise<PlayLink | null> {
    try {
      return await this.#connection.json("GET", playPath(projectId, exportId), options);
    } catch (error) {
      if (error instanceof ExportError && error.status === NOT_FOUND) return null;
      throw error;
    }
  }

  /** Let a link end at once. */
  async revokePlayLink(projectId: string, exportId: string | null, options: RequestOptions = {}): Promise<void> {
    await this.#connection.json("DELETE", playPath(projectId, exportId), options);
  }

  /** What lies in an artifact. */
  listFiles(projectId: string, exportId: string, options: PageOptions = {}): Promise<ArtifactFiles> {
    const path = `${exportPath(projectId, exportId)}/files`;
    return this.#connection.json("GET", path, { ...options, query: pageOf(options) });
  }

  /** Null where they cannot be known beforehand: the service holds to them in any case. */
  async #limits(): Promise<Limits | null> {
    try {
      return (await this.facts({ attempts: 1 }))?.limits ?? null;
    } catch (error) {
      if (error instanceof ExportError) return null;
      throw error;
    }
  }
}

function projectPath(projectId: string): string {
  return `/api/projects/${part(projectId)}`;
}

function exportPath(projectId: string, exportId: string): string {
  return `${projectPath(projectId)}/export/${part(exportId)}`;
}

function playPath(projectId: string, exportId: string | null): string {
  return `${exportId === null ? projectPath(projectId) : exportPath(projectId, exportId)}/play`;
}

function pageOf({ pageSize, pageToken }: PageOptions): Record<string, string | number | null | undefined> {
  return { page_size: pageSize, page_token: pageToken };
}

function idempotent({ idempotencyKey, ...options }: IdempotentOptions) {
  return { ...options, headers: { "Idempotency-Key": idempotencyKey ?? newIdempotencyKey() }, repeatable: true };
}
