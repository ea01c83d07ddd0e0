import { shared } from "./shared";

self.onmessage = ({ data }: MessageEvent<number[]>) =>
  self.postMessage(`${shared("worker")} ${data.reduce((sum, n) => sum + n, 0)}`);
