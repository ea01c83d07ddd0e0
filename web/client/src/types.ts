/** The bodies of the HTTP interface and what this package makes of them. */

/** What has become of an export; `completed`, `failed` and `canceled` are its ends. */
export type Status =
  "queued" | "preparing" | "building" | "packaging" | "uploading" | "completed" | "failed" | "canceled";

export type PlatformName = "windows" | "macos" | "linux" | "web" | "ios" | "android" | "source" | "video";
export type Configuration = "debug" | "release" | "distribution";

/** Something that the maker of a game should look at although all goes on. */
export interface BuildWarning {
  code: string;
  message: string;
  file: string | null;
  line: number | null;
  path: string | null;
}

/** Seconds until the end: the median and the 90th percentile. */
export interface Eta {
  p50S: number;
  p90S: number;
}

/** What has become of a cancel: asked for, obeyed, its parts removed. */
export interface CancelReceipt {
  requestedAt: string;
  stoppedAt: string | null;
  partsAborted: boolean;
}

/** An export as it stands; every key is there, null where it is not known. Times are ISO 8601, UTC. */
export interface State {
  id: string;
  projectId: string;
  userId: string;
  platform: PlatformName;
  configuration: Configuration | null;
  options: Record<string, unknown> | null;
  snapshot: string | null;
  status: Status;
  progress: number;
  currentStep: string;
  logs: string[];
  downloadUrl: string | null;
  downloadExpiresAt: string | null;
  fileName: string | null;
  fileSize: number | null;
  sha256: string | null;
  buildMinutesUsed: number | null;
  error: string | null;
  errorCode: string | null;
  failedStage: string | null;
  attempts: number;
  generation: number;
  retryAt: string | null;
  waitingReason: "queue" | "no-worker" | "retry" | "breaker" | "draining" | null;
  position: number | null;
  eta: Eta | null;
  createdAt: string | null;
  startedAt: string | null;
  completedAt: string | null;
  canRetry: boolean;
  retryDisabledReason: string | null;
  canCancel: boolean;
  cancelReceipt: CancelReceipt | null;
  deadLetter: string | null;
  warnings: BuildWarning[];
  warningCount: number;
}

/** One line of an export's log. */
export interface LogLine {
  seq: number;
  ts: string;
  level: string;
  message: string;
}

/** An export as it stands in a list. */
export interface ExportSummary {
  id: string;
  platform: PlatformName;
  configuration: Configuration | null;
  status: Status;
  progress: number;
  currentStep: string;
  createdAt: string | null;
  completedAt: string | null;
  warningCount: number;
}
export interface ExportPage {
  exports: ExportSummary[];
  nextPageToken: string | null;
}

/** What a platform gives, costs and takes. One that this version cannot export has the first three keys alone. */
export interface Platform {
  platform: PlatformName;
  available: boolean;
  reason: string | null;
  summary?: string;
  minutes?: number;
  formats?: string[];
  architectures?: string[];
  templates?: { name: string; neededFor: string; versions: string[] }[];
  signingConfigured?: boolean;
  signingKeys?: string[];
  options?: { schema: { type: "object"; properties: Record<string, OptionSchema> }; refused: Record<string, string> };
}
/** JSON Schema of one option. */
export type OptionSchema = { description: string } & Record<string, unknown>;

export interface ExportRequest {
  platform: PlatformName;
  configuration?: Configuration;
  options?: Record<string, unknown>;
}

/** Where an export can be read and watched; the ticket in `websocketUrl` is good for a minute. */
export interface ExportLinks {
  statusUrl: string;
  websocketUrl: string;
}
export interface CreatedExport extends ExportLinks {
  success: boolean;
  export: {
    id: string;
    status: Status;
    platform: PlatformName;
    configuration: Configuration;
    estimatedMinutes: number;
    position: number | null;
  };
}
/** An export after a retry or a cancel. */
export interface ChangedExport extends ExportLinks {
  success: boolean;
  export: { id: string; status: Status; generation: number; cancelReceipt: CancelReceipt | null };
}

export type Role = "owner" | "editor" | "viewer";
export interface ProjectSummary {
  id: string;
  name: string;
  owner: string;
  role: Role;
  snapshot: string | null;
  files: number;
  sizeBytes: number;
  createdAt: string;
  updatedAt: string;
}
export interface Project extends ProjectSummary {
  members: Record<string, Role>;
  settings: Record<string, unknown>;
}
export interface ProjectPage {
  projects: ProjectSummary[];
  nextPageToken: string | null;
}

/** Build minutes of this month; `limit` and `available` are null where the plan is unlimited. */
export interface Quota {
  plan: string;
  month: string;
  limit: number | null;
  used: number;
  reserved: number;
  available: number | null;
  usage: Record<string, { used: number; limit: number | null }>;
}

/** What a project consists of from now on, and the first hundred warnings about it. */
export interface SnapshotResult {
  snapshot: string;
  warnings: BuildWarning[];
  warningCount: number;
}

/** A link that plays a finished web build. */
export interface PlayLink {
  url: string;
  expiresAt: string | null;
  passwordProtected: boolean;
  crossOriginIsolated: boolean;
  createdAt: string;
}
export interface PlayLinkOptions {
  password?: string;
  expiresAt?: string | Date;
  crossOriginIsolated?: boolean;
}

/** What lies in an artifact. */
export interface ArtifactFiles {
  files: { path: string; size: number; packedSize: number }[];
  totalFiles: number;
  totalBytes: number;
  nextPageToken: string | null;
}

/** What a project may grow to: bytes of all files, how many files, bytes of one. */
export interface Limits {
  projectBytes: number;
  files: number;
  fileBytes: number;
}

/** What the service says of itself to everybody: `GET /page.json`. */
export interface ServiceFacts {
  version: string;
  websocketUrl: string;
  previewOrigin: string | null;
  localSignIn: boolean;
  limits: Limits;
  sample: { name: string; id: string; url: string } | null;
}
