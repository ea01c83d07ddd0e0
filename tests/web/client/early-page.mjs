// In a page: a large project is pushed, whose last file can be read only once the gateway has got others.

import { AethelExportClient } from "./dist/index.js";
import { earlyProject } from "./early-project.mjs";

const SENT = /\/blobs(\/[0-9a-f]{64})?$/;

/** What the push comes to, its phases, and what another one of the same finds. */
globalThis.pushed = async (baseUrl, token, id) => {
  const client = new AethelExportClient({ baseUrl, token });
  const { files, open, seen } = earlyProject();
  const arrived = new PerformanceObserver((list) => {
    if (list.getEntries().some(({ name }) => SENT.test(name))) open();
  });
  arrived.observe({ type: "resource" });
  const phases = new Set();
  const { files: all, sentFiles, sentBytes } = await client.push(id, files, { onProgress: ({ phase }) => phases.add(phase) });
  arrived.disconnect();
  const again = await client.push(id, files);
  return {
    got: { files: all, contents: sentFiles, sentBytes },
    wanted: seen,
    phases: [...phases],
    sentAgain: again.sentFiles,
  };
};
