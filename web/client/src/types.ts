import type { components } from "./generated/api.js";

/** The bodies of the HTTP interface, by the names that this package gives them. Times are ISO 8601, UTC. */

type Schemas = components["schemas"];
/** A shape whose members are known more exactly than the service's own description says. */
type Narrow<Shape, Members> = Omit<Shape, keyof Members> & Members;

/** What has become of an export; `completed`, `failed` and `canceled` are its ends. */
export type Status = Schemas["State"]["status"];
export type PlatformName = Schemas["Platform"]["platform"];
export type Configuration = NonNullable<Schemas["ExportRequest"]["configuration"]>;
export type WaitingReason = "queue" | "no-worker" | "retry" | "breaker" | "draining";
export type Role = Schemas["ProjectSummary"]["role"];

interface Asked {
  platform: PlatformName;
  configuration: Configuration | null;
}
/** An export as it stands; every key is there, null where it is not known. */
export type State = Narrow<Schemas["State"], Asked & { waitingReason: WaitingReason | null }>;
/** An export as it stands in a list. */
export type ExportSummary = Narrow<Schemas["ExportSummary"], Asked & { status: Status }>;
export type ExportPage = Narrow<Schemas["ExportPage"], { exports: ExportSummary[] }>;
/** Something that the maker of a game should look at although all goes on. */
export type BuildWarning = Schemas["BuildWarning"];
/** Seconds until the end: the median and the 90th percentile. */
export type Eta = Schemas["Eta"];
/** What has become of a cancel: asked for, obeyed, its parts removed. */
export type CancelReceipt = Schemas["CancelReceipt"];
/** One line of an export's log. */
export type LogLine = Schemas["LogLine"];
/** A picture of a film that is being made: `frame`, from 0, of `frames`; `fps` of them are made a second. `picture` is a small JPEG. */
export interface Preview {
  generation: number;
  frame: number;
  frames: number;
  fps: number;
  picture: Blob;
}

/** What a platform gives, costs and takes. One that this version cannot export has the first three members alone. */
export type Platform = Schemas["Platform"];
/** JSON Schema of one option. */
export type OptionSchema = Schemas["OptionSchema"];
export type ExportOptions = Schemas["ExportOptions"];
export type ExportRequest = Schemas["ExportRequest"];

/** What an export would cost, and of a film what would be made. */
export type ExportPrice = Schemas["ExportPrice"];

export type CreatedExport = Schemas["CreatedExport"];
/** An export after a retry or a cancel. */
export type ChangedExport = Schemas["ChangedExport"];

export type ProjectSummary = Schemas["ProjectSummary"];
export type Project = Schemas["Project"];
export type ProjectPage = Schemas["ProjectPage"];
/** Build minutes of this month; `limit` and `available` are null where the plan is unlimited. */
export type Quota = Schemas["Quota"];
/** What a project consists of from now on, and the first hundred warnings about it. */
export type MissingBlobs = Schemas["MissingBlobs"];
export type SnapshotResult = Schemas["SnapshotResult"];
/** What a project consists of: a page of it, by path; the totals are of all its files. */
export type SnapshotFiles = Schemas["SnapshotFiles"];

/** A link that plays a finished web build. */
export type PlayLink = Schemas["PlayLink"];
/** What a link should be like; what is not named stays, or is as for any new link. */
export type PlayLinkOptions = Narrow<Schemas["PlayLinkOptions"], { expiresAt?: string | Date | null }>;
/** What lies in an artifact: a page of it, by path; the totals are of all of it, unpacked. */
export type ArtifactFiles = Schemas["ArtifactFiles"];

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
