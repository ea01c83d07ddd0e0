/** RFC 9457 problem details, as every refusal of the service has them. */
export type Problem = Record<string, unknown>;

/**
 * Everything that goes wrong: what the service refused, what could not be sent, what stands against a push.
 *
 * `code` is for programs, `detail` (also the `message`) says what to do. `status` is the HTTP status, 0 where there was no answer.
 */
export class ExportError extends Error {
  override readonly name = "ExportError";
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly retryAfterS: number | null;
  readonly details: { path: string; message: string }[];
  readonly traceId: string | null;
  readonly problem: Problem;

  constructor(problem: Problem, options: { status?: number; retryAfterS?: number | null; cause?: unknown } = {}) {
    const status = options.status ?? numberIn(problem.status) ?? 0;
    const title = textIn(problem.title) ?? textIn(problem.error) ?? `The service answered ${status}`;
    const detail = textIn(problem.detail) ?? title;
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = textIn(problem.code) ?? "unknown";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.retryable = problem.retryable === true;
    this.retryAfterS = options.retryAfterS ?? null;
    this.details = detailsIn(problem.details);
    this.traceId = textIn(problem.trace_id);
    this.problem = problem;
  }
}

/** An error of this package's own. */
export function clientError(
  code: string,
  title: string,
  detail: string,
  more: { retryable?: boolean; status?: number; cause?: unknown; details?: { path: string; message: string }[] } = {},
): ExportError {
  const { cause, status = 0, ...members } = more;
  return new ExportError({ code, title, detail, ...members }, { status, cause });
}

export const CONNECTION_LOST = "connection-lost";

/** No answer came, or none in time; the same request may be sent again where repeating it does no harm. */
export function connectionLost(detail: string, cause?: unknown): ExportError {
  return clientError(CONNECTION_LOST, "The connection was lost", detail, { retryable: true, cause });
}

/** Whether an error means that nobody answered. */
export function isConnectionLost(error: unknown): error is ExportError {
  return error instanceof ExportError && error.code === CONNECTION_LOST;
}

/** Whether the same request may succeed later: nobody answered, or what answered was busy or away. */
export function isTransient(error: unknown): error is ExportError {
  if (!(error instanceof ExportError)) return false;
  return error.retryable || error.status === 408 || error.status === 429 || error.status >= 500;
}

function textIn(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberIn(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function detailsIn(value: unknown): { path: string; message: string }[] {
  if (!Array.isArray(value)) return [];
  return value.map((one: unknown) => {
    const { path, message } = (one ?? {}) as Record<string, unknown>;
    return { path: textIn(path) ?? "", message: textIn(message) ?? "" };
  });
}
