/** Writes frames into the ring file, which the crew reads through the same pages of memory. */

interface Opening {
  open: string;
  bytes: number;
}
interface Frame {
  slot: number;
  at: number;
  pixels: Uint8Array<ArrayBuffer>;
}

interface SyncHandle {
  write(buffer: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

const scope = self as unknown as {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Opening | Frame | { close: true }>) => void) | null;
};
let handle: SyncHandle | null = null;

scope.onmessage = ({ data }) => {
  try {
    if ("open" in data) void open(data).catch(tell);
    else if ("close" in data) close();
    else write(data);
  } catch (error) {
    tell(error);
  }
};

async function open({ open: name, bytes }: Opening): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle(name, { create: true });
  handle = await (file as unknown as { createSyncAccessHandle(): Promise<SyncHandle> }).createSyncAccessHandle();
  handle.truncate(bytes);
  handle.flush();
  scope.postMessage({ opened: true });
}

function write({ slot, at, pixels }: Frame): void {
  const written = handle?.write(pixels, { at }) ?? 0;
  if (written !== pixels.length) throw new Error(`only ${written} of ${pixels.length} bytes of a frame were written`);
  scope.postMessage({ slot, pixels }, [pixels.buffer]);
}

function close(): void {
  handle?.flush();
  handle?.close();
  handle = null;
  scope.postMessage({ closed: true });
}

function tell(error: unknown): void {
  scope.postMessage({ failed: error instanceof Error ? error.message : String(error) });
}
