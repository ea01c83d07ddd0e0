// A project large enough to be sent while it is hashed, for Node and for browsers.

const LARGE = 5;
const LARGE_BYTES = 8 << 20;
const encoder = new TextEncoder();

/** Its files. The one named "z" can be read to its end only once `open` was called, unless it `isOpen`; `later` files come after it. */
export function earlyProject({ isOpen = false, later = 0 } = {}) {
  const gate = {};
  gate.opened = new Promise((resolve) => (gate.open = resolve));
  if (isOpen) gate.open();
  let read = 0;
  const large = Array.from({ length: LARGE }, (_, at) => {
    const bytes = new Uint8Array(LARGE_BYTES + at);
    crypto.getRandomValues(bytes.subarray(0, 1_024));
    return [`large-${at}.bin`, bytes];
  });
  const contents = [...large, ["again.bin", large[0][1]], ["index.html", encoder.encode("<!doctype html>")]];
  const files = contents.map(([path, bytes]) => {
    const blob = new Blob([bytes]);
    return { path, size: blob.size, blob, stream: () => blob.stream() };
  });
  files.push(gated("z", gate.opened, () => 0));
  for (let at = 0; at < later; at += 1)
    files.push(gated(`z-${String(at).padStart(4, "0")}`, gate.opened, () => (read += 1)));
  const different = [...large.map(([, bytes]) => bytes.length), contents.at(-1)[1].length, ...Array(1 + later).fill(6)];
  const seen = {
    files: files.length,
    contents: different.length,
    sentBytes: different.reduce((sum, size) => sum + size, 0),
  };
  return { files, seen, open: gate.open, read: () => read };
}

/** Six bytes of its own that come late. */
function gated(path, opened, onRead) {
  const bytes = encoder.encode(path.padEnd(6, "."));
  return {
    path,
    size: bytes.length,
    stream: () =>
      new ReadableStream({
        async pull(controller) {
          await opened;
          await new Promise((go) => setTimeout(go)); // others have their turn
          onRead();
          controller.enqueue(bytes);
          controller.close();
        },
      }),
  };
}
