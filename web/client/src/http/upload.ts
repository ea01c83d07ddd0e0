import { bodyOf, lostIfBroken, refused, type Connection } from "./connection.js";
import { connectionLost } from "./export-error.js";

/** What is sent: bytes that the browser holds, or a stream of them. */
export type UploadBody = Blob | ReadableStream<Uint8Array>;

export interface Upload {
  path: string;
  query?: Record<string, string | null | undefined>;
  method: "PUT" | "POST";
  type: string;
  size: number;
  body(): UploadBody;
  signal?: AbortSignal | undefined;
  /** Bytes of this attempt that have gone; begins at 0 again with the next attempt. */
  onSent?(bytes: number): void;
  attempts?: number;
}

const SILENT_S = 75; // the gateway ends a body after a minute of silence
const HOUR_S = 3600;

/** Send bytes and tell how many have gone; what says "later" is tried again, a lost connection as often as `attempts` says. */
export async function upload<T>(connection: Connection, wanted: Upload): Promise<T> {
  const { method, path, signal, attempts } = wanted;
  const patience = {
    ...(signal ? { signal } : {}),
    ...(attempts === undefined ? {} : { attempts }),
    timeoutS: 24 * HOUR_S, // what counts is that bytes go
    repeatable: true,
  };
  return await connection.withPatience(method, patience, async (within) => {
    wanted.onSent?.(0);
    const body = wanted.body();
    if (body instanceof Blob && typeof XMLHttpRequest !== "undefined") {
      return await byXmlHttpRequest<T>(connection, wanted, body, within);
    }
    const answer = await connection.send(
      method,
      path,
      {
        query: wanted.query ?? {},
        headers: { "Content-Type": wanted.type },
        body: () => counted(body, wanted),
        ...(signal ? { signal } : {}),
      },
      within,
    );
    return bodyOf<T>(await lostIfBroken(answer.text(), signal));
  });
}

/** The bytes, counted as they are taken. */
function counted(body: UploadBody, { onSent, signal }: Upload): ReadableStream<Uint8Array> {
  let sent = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(block, controller) {
      signal?.throwIfAborted();
      sent += block.length;
      controller.enqueue(block);
      onSent?.(sent);
    },
  });
  return (body instanceof Blob ? body.stream() : body).pipeThrough(count);
}

/** Only this tells a page how many bytes have gone. */
async function byXmlHttpRequest<T>(
  connection: Connection,
  wanted: Upload,
  body: Blob,
  signal: AbortSignal,
): Promise<T> {
  const headers = { ...(await connection.credentials()), "Content-Type": wanted.type };
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  request.open(wanted.method, connection.url(wanted.path, wanted.query));
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  return await new Promise<T>((resolve, reject) => {
    const lost = (reason: string) => (): void => reject(connectionLost(reason));
    let silence = setTimeout(() => request.abort(), SILENT_S * 1000);
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENT_S * 1000);
    };
    const stop = (): void => request.abort();
    signal.addEventListener("abort", stop, { once: true });
    request.upload.onprogress = ({ loaded }) => {
      heard();
      wanted.onSent?.(loaded);
    };
    request.onload = () => {
      const { status, responseText } = request;
      try {
        if (status < 200 || status > 299) throw refused(status, responseText, request.getResponseHeader("Retry-After"));
        resolve(bodyOf<T>(responseText));
      } catch (error) {
        reject(error as Error);
      }
    };
    request.onerror = lost("the connection broke while bytes were sent");
    request.onabort = () => {
      if (signal.aborted) reject(signal.reason as Error);
      else lost(`nothing was sent or answered for ${SILENT_S} seconds`)();
    };
    request.onloadend = () => {
      clearTimeout(silence);
      signal.removeEventListener("abort", stop);
    };
    request.send(body);
  });
}
