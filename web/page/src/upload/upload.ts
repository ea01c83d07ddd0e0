import {
  ExportError,
  type AethelExportClient,
  type BuildWarning,
  type LeftOut,
  type Limits,
} from "@aethel/export-client";
import type { ServiceLink } from "../service-link.ts";
import { isAbort, isConnectionLoss } from "../told.ts";
import type { Picked } from "./picked.ts";
import { TransferRate } from "./transfer-rate.ts";

export type Phase = "reading" | "hashing" | "comparing" | "uploading" | "unpacking" | "done";

export interface Part {
  done: number;
  total: number;
}

/** How far an upload is; `moving` are the files that have moved last, the newest first. */
export interface Progress {
  phase: Phase;
  files: Part | null;
  bytes: Part;
  moving: { path: string; bytes: Part }[];
  bytesPerS: number | null;
  secondsLeft: number | null;
}

/** What an upload has come to. `files` is null of a ZIP: the service alone has counted them. */
export interface Outcome {
  files: { all: number; fresh: number } | null;
  sentBytes: number;
  leftOut: readonly LeftOut[];
  warnings: readonly BuildWarning[];
  warningCount: number;
}

export type UploadState =
  | { kind: "idle" }
  | { kind: "asking"; picked: Picked; existing: number }
  | { kind: "running"; picked: Picked; progress: Progress }
  | { kind: "lost"; picked: Picked }
  | { kind: "encoding"; picked: Picked; detail: string }
  | { kind: "failed"; picked: Picked; error: unknown }
  | { kind: "canceled" }
  | { kind: "done"; outcome: Outcome };

const SHOWN_FILES = 5;
const EVERY_MS = 120; // a reader sees no more, and a page of many files stays quick
const NOTHING: Part = { done: 0, total: 0 };

/** One project's upload. It goes on while other views are shown. Event `change`; `snapshot` when the project has a new one. */
export class Upload extends EventTarget {
  state: UploadState = { kind: "idle" };
  #stop: AbortController | null = null;
  #encoding: string | null = null;
  #tellTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly projectId: string,
    private readonly client: AethelExportClient,
    private readonly link: ServiceLink,
    private readonly limits: Limits,
  ) {
    super();
    link.addEventListener("change", () => {
      if (this.state.kind === "lost" && !link.isAway) this.resume();
    });
  }

  get isRunning(): boolean {
    return this.state.kind === "running" || this.state.kind === "lost";
  }

  /** Begins with what was chosen; single files in place of a whole project are asked about first. */
  begin(picked: Picked, existing = 0): void {
    if (this.isRunning) return;
    this.#encoding = null;
    if (picked.kind === "files" && picked.isLoose && existing > 0) this.#become({ kind: "asking", picked, existing });
    else void this.#run(picked);
  }

  /** Goes on: after a question, a lost connection or a failure. What has arrived is not sent again. */
  resume(encoding: string | null = this.#encoding): void {
    if (!("picked" in this.state)) return;
    this.#encoding = encoding;
    this.#stop?.abort();
    void this.#run(this.state.picked);
  }

  cancel(): void {
    this.#stop?.abort();
    if (this.state.kind === "lost") this.#become({ kind: "canceled" });
  }

  dismiss(): void {
    if (!this.isRunning) this.#become({ kind: "idle" });
  }

  async #run(picked: Picked): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#become({
      kind: "running",
      picked,
      progress: { phase: "reading", files: null, bytes: NOTHING, moving: [], bytesPerS: null, secondsLeft: null },
    });
    try {
      const outcome = await (picked.kind === "zip"
        ? this.#import(picked.zip, stop.signal)
        : this.#push(picked.files, stop.signal));
      if (this.#stop !== stop) return;
      this.#become({ kind: "done", outcome });
      this.dispatchEvent(new Event("snapshot"));
    } catch (error) {
      const isLost = isConnectionLoss(error) || (isOwnFailure(error) && !(await this.link.reaches()));
      if (this.#stop === stop) this.#fail(picked, error, isLost);
    }
  }

  async #push(files: Extract<Picked, { kind: "files" }>["files"], signal: AbortSignal): Promise<Outcome> {
    const moving = new Map<string, Part>();
    const rate = new TransferRate();
    const { limits } = this;
    const result = await this.client.push(this.projectId, files, {
      limits,
      signal,
      onProgress: ({ phase, files: counted, bytes, file }) => {
        if (file) newestFirst(moving, file.path, file.bytes);
        this.#tell(signal, rate, {
          phase,
          files: counted,
          bytes,
          moving: [...moving].map(([path, part]) => ({ path, bytes: part })).reverse(),
        });
      },
    });
    return { ...result, files: { all: result.files, fresh: result.sentFiles } };
  }

  async #import(zip: File, signal: AbortSignal): Promise<Outcome> {
    const rate = new TransferRate();
    if (zip.size > this.limits.projectBytes) throw tooLarge(zip, this.limits.projectBytes);
    const result = await this.client.importZip(this.projectId, zip, {
      signal,
      ...(this.#encoding && { encoding: this.#encoding }),
      onProgress: (bytes) => {
        const phase = bytes.done < bytes.total ? "uploading" : "unpacking";
        this.#tell(signal, rate, { phase, files: null, bytes, moving: [] });
      },
    });
    return { ...result, files: null, sentBytes: zip.size, leftOut: [] };
  }

  #tell(signal: AbortSignal, rate: TransferRate, progress: Omit<Progress, "bytesPerS" | "secondsLeft">): void {
    if (this.state.kind !== "running" || this.#stop?.signal !== signal) return;
    const { bytes, phase } = progress;
    if (phase === "uploading") rate.add(bytes.done, performance.now());
    const secondsLeft = phase === "uploading" ? rate.secondsFor(bytes.total - bytes.done) : null;
    this.state.progress = { ...progress, bytesPerS: phase === "uploading" ? rate.bytesPerS : null, secondsLeft };
    this.#tellTimer ??= setTimeout(() => {
      this.#tellTimer = null;
      this.dispatchEvent(new Event("change"));
    }, EVERY_MS);
  }

  #fail(picked: Picked, error: unknown, isLost: boolean): void {
    if (isAbort(error)) this.#become({ kind: "canceled" });
    else if (isLost) {
      this.#become({ kind: "lost", picked });
      this.link.suspect();
    } else if (picked.kind === "zip" && asksForEncoding(error)) {
      this.#become({ kind: "encoding", picked, detail: error.detail });
    } else this.#become({ kind: "failed", picked, error });
  }

  #become(state: UploadState): void {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

function newestFirst(moving: Map<string, Part>, path: string, part: Part): void {
  moving.delete(path);
  moving.set(path, { ...part });
  for (const oldest of moving.keys()) {
    if (moving.size <= SHOWN_FILES) break;
    moving.delete(oldest);
  }
}

/** Whether the browser could not read or hash a file: its worker is loaded from the service, too. */
function isOwnFailure(error: unknown): boolean {
  return error instanceof ExportError && error.code === "file-unreadable";
}

function asksForEncoding(error: unknown): error is ExportError {
  return error instanceof ExportError && error.code === "zip-invalid" && error.detail.includes("encoding");
}

function tooLarge(zip: File, limit: number): ExportError {
  const detail = `${zip.name} has ${zip.size} bytes, a project may have ${limit}`;
  return new ExportError({ code: "too-large", status: 413, title: "The ZIP is too large", detail });
}
