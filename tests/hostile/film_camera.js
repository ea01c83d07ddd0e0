// A camera for hostile pages: it films grey frames by the camera's own protocol, and has no clock of its own.
// `draw(frame)` of the page is called before each frame; `notReady` says what the page waits for.
"use strict";
(() => {
  const scope = globalThis;
  let shot, worker, free, wake;
  const source = `let handle;
    onmessage = async ({ data }) => {
      if (data.open) {
        const folder = await navigator.storage.getDirectory();
        const file = await folder.getFileHandle(data.open, { create: true });
        handle = await file.createSyncAccessHandle();
        handle.truncate(data.bytes);
        handle.flush();
        postMessage({});
      } else {
        handle.write(data.pixels, { at: data.at });
        postMessage({ slot: data.slot, index: data.index });
      }
    }`;
  const opened = (name, bytes) =>
    new Promise((resolve, reject) => {
      worker = new Worker(URL.createObjectURL(new Blob([source])));
      worker.onmessage = resolve;
      worker.onerror = reject;
      worker.postMessage({ open: name, bytes });
    });
  const tasks = () => new Promise((resolve) => setTimeout(resolve));
  const room = async (count) => {
    while (free.length < count) await new Promise((resolve) => (wake = resolve));
  };
  const camera = {
    async prepare(asked) {
      shot = asked;
      while (scope.notReady) {
        if (scope.goesOn?.()) __filmFrame('{"alive": true}');
        await tasks();
      }
      return { kind: "html5", notes: [] };
    },
    get waiting() {
      return [scope.notReady ?? ""];
    },
    release(slot) {
      free.push(slot);
      wake?.();
    },
    async shoot() {
      await opened("film-ring", shot.slots * shot.slotBytes);
      free = [...Array(shot.slots).keys()];
      worker.onmessage = ({ data }) => __filmFrame(JSON.stringify(data));
      for (let index = shot.first; index < shot.first + shot.count; index++) {
        await scope.draw?.(index);
        const pixels = new Uint8Array(shot.slotBytes).fill(40 + 10 * (index % 15));
        await room(1);
        const slot = free.shift();
        worker.postMessage({ slot, index, at: slot * shot.slotBytes, pixels });
        await tasks();
      }
      await room(shot.slots);
      return { frames: shot.count, notes: [] };
    },
    async sound() {
      const samples = Math.round((shot.frames * shot.fpsDen * 48000) / shot.fpsNum);
      await opened("film-sound", samples * 8);
      return { samples, notes: [] };
    },
  };
  Object.defineProperty(scope, "__filmCamera", { value: Object.freeze(camera) });
})();
