// Tells the log what it finds; the tests read that. One line for each fact: "name: value".
const tell = (name, value) => console.log(`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
const runtime = window.AethelRuntime;
window.addEventListener("keydown", async (event) => {
  if (event.code === "KeyQ") await runtime.quit();
  else if (event.code === "KeyC") window.close();
  else if (event.code === "KeyF") tell("fullscreen", await runtime.setFullscreen(true));
  else if (event.code === "KeyG") tell("fullscreen", await runtime.setFullscreen(false));
  else if (event.code === "KeyR") tell("resize", await runtime.setResolution(500, 400));
  else if (event.code === "KeyL") document.getElementById("link").click();
  else if (event.code === "KeyE") setTimeout(() => { throw new Error("on purpose"); });
  else tell("key", event.code);
});

// A green quad drawn by WebGL, on the page's blue.
const canvas = document.getElementById("canvas");
canvas.addEventListener("webglcontextlost", (event) => event.preventDefault()); // and it comes back by itself
const gl = canvas.getContext("webgl2");
const draw = () => {
  gl.clearColor(0, 0.6, 0.2, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  requestAnimationFrame(draw);
};
draw();

tell("host", window.hostAtFirst);
tell("mode", document.compatMode);
tell("origin", location.origin);
tell("secure", isSecureContext);
tell("isolated", crossOriginIsolated);
tell("platform", await runtime.getPlatform());
tell("dev", await runtime.isDev());
tell("config", await runtime.getGameConfig());

localStorage.runs = Number(localStorage.runs ?? 0) + 1;
tell("runs", localStorage.runs);
tell("loaded", await runtime.loadGame("slot"));
tell("saved", await runtime.saveGame("slot", { run: localStorage.runs }));
tell("saves", (await runtime.listSaves()).map((save) => save.slot));
tell("settings", await runtime.setSettings({ run: localStorage.runs }));

const part = await fetch("assets/numbers.bin", { headers: { Range: "bytes=2-4" } });
tell("range", [part.status, part.headers.get("Content-Range"), await part.text()]);
const head = await fetch("assets/numbers.bin", { method: "HEAD" });
tell("head", [head.status, head.headers.get("Content-Length"), await head.text()]);
const asset = await runtime.loadAsset("numbers.bin");
tell("asset", [asset.success, asset.data.byteLength]);
tell("missing", await runtime.loadAsset("nothing.bin"));
tell("scenes", [await runtime.loadScene("plain"), await runtime.loadScene("packed")]);
tell("unicode", await (await fetch("assets/a%20b%20%C3%A9.txt")).text());
const titleOf = (page) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: page, hidden: true, onload: () => resolve(frame.contentDocument.title) });
  document.body.append(frame);
});
tell("encodings", [await titleOf("utf-8.html"), await titleOf("windows-1251.html"), await titleOf("utf-16.html")]);
for (const again of [1, 2]) await navigator.serviceWorker?.register("worker.js").catch(() => tell("refused", again));
tell("outside", [(await fetch("/../../etc/passwd")).status, (await fetch("/%2e%2e/%2e%2e/etc/passwd")).status]);
tell("forged", await (await fetch("/.aethel/close", { method: "POST" })).json());

if (typeof SharedArrayBuffer === "function") {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const worker = new Worker("worker.js");
  worker.onmessage = () => tell("shared", Atomics.load(new Int32Array(memory.buffer), 0));
  worker.postMessage(memory);
}
requestAnimationFrame(() => requestAnimationFrame(() => tell("ready", "yes")));
