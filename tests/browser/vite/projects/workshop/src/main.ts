import styles from "./panel.module.css";
import notice from "./notice.txt?raw";
import badge from "/badge.svg";
import dot from "./dot.svg?url";
import heavy from "./photo.png";
import init from "./add.wasm?init";
import SumWorker from "./sum.worker?worker";
import { shared } from "./shared";

const seen: Record<string, unknown> = {};
const list = document.getElementById("out")!;

function show(name: string, value: unknown): void {
  seen[name] = value;
  const item = document.createElement("li");
  item.className = styles.panel!;
  item.textContent = `${name}: ${String(value)}`;
  list.append(item);
}

async function asked(worker: Worker, message: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(message);
  });
}

show("speed", import.meta.env.VITE_SPEED);
show("secret", import.meta.env.SECRET);
show("mode", `${import.meta.env.MODE} ${process.env.NODE_ENV} ${import.meta.env.PROD}`);
show("shared", shared("main"));
show("notice", notice.trim());
show("dot", (await (await fetch(dot)).text()).includes("<svg"));
const photo = new Image();
photo.src = heavy;
await photo.decode();
show("photo", `${photo.naturalWidth}x${photo.naturalHeight}`);
const { exports } = await init();
show("wasm", (exports.add as (a: number, b: number) => number)(40, 2));
show("worker", await asked(new SumWorker(), [1, 2, 3]));
show("worker url", await asked(new Worker(new URL("./sum.worker.ts", import.meta.url), { type: "module" }), [4, 5]));
show("later", (await import("./later")).later);
const tones = import.meta.glob<number>("./tones/*.ts", { import: "default", eager: true });
show("tones", Object.values(tones).join(" "));
show("badge", (await (await fetch(badge)).text()).includes("#e9c46a"));
show("level", (await (await fetch(`${import.meta.env.BASE_URL}levels/one.json`)).json()).name);
show("width", getComputedStyle(list.firstElementChild!).width);
Object.assign(globalThis, { seen });
