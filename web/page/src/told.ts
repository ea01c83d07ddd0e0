import { ExportError } from "@aethel/export-client";
import type { Messages } from "./messages/index.ts";

export interface Told {
  title: string;
  detail: string;
  traceId: string | null;
}

/** An error as a reader is told it: the service's own words, or that nobody answered. */
export function told(error: unknown, m: Messages): Told {
  if (isConnectionLoss(error))
    return { title: m.service.away, detail: `${m.service.away} ${m.service.awayHelp}`, traceId: null };
  if (error instanceof ExportError) return { title: error.title, detail: error.detail, traceId: error.traceId };
  return { title: m.service.failed, detail: error instanceof Error ? error.message : "", traceId: null };
}

/** Whether nobody answered, so that the same request may succeed later. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof ExportError)
    return error.code === "connection-lost" || error.status === 502 || error.status === 504;
  return error instanceof TypeError; // what `fetch` throws
}

/** Whether the reader has stopped it. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
