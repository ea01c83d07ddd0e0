import { ExportError } from "@aethel/export-client";

/** What went wrong with a request, as people read it. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly details: readonly { readonly path: string; readonly message: string }[];
  /** When to try again, in ms since the epoch; null where the service has not said. */
  readonly retryAt: number | null;
  /** Whether nobody knows if the service has done it, or will: the same request may be sent again. */
  readonly unanswered: boolean;
}

/** The problem that an error is about; errors of other kinds keep their own message. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ExportError) {
    const { title, detail, code, details, retryAfterS, retryable, status } = error;
    const retryAt = retryAfterS === null ? null : Date.now() + retryAfterS * 1_000;
    return {
      title,
      detail: detail === title ? "" : detail,
      code,
      details,
      retryAt,
      unanswered: retryable || status === 0 || status >= 500,
    };
  }
  const title = error instanceof Error ? error.message : String(error);
  return { title, detail: "", code: "", details: [], retryAt: null, unanswered: true };
}
