import { ExportError } from "@aethel/export-client";
import { problemText } from "@aethel/export-components";
import type { Messages } from "./messages/index.ts";
import { preferences } from "./preferences.ts";

export interface Told {
  title: string;
  /** In the reader's language as far as the code is known, else the service's own sentence. */
  detail: string;
  /** The service's own sentence, in English; empty where `detail` is that already. */
  original: string;
  traceId: string | null;
}

/** An error as a reader is told it: the service's own words, or that nobody answered. */
export function told(error: unknown, m: Messages): Told {
  if (isConnectionLoss(error))
    return { title: m.service.away, detail: `${m.service.away} ${m.service.awayHelp}`, original: "", traceId: null };
  if (error instanceof ExportError) {
    const { title, detail, code, traceId } = error;
    const translated = problemText(code, preferences.language);
    return { title, detail: translated ?? detail, original: translated ? detail : "", traceId };
  }
  return { title: m.service.failed, detail: error instanceof Error ? error.message : "", original: "", traceId: null };
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
