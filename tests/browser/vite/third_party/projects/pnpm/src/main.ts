import { clsx } from "clsx";
import { customAlphabet } from "nanoid";
import { createStore } from "zustand/vanilla";
import "./style.css";
import { Pool } from "./pool";

const canvas = document.querySelector("canvas")!;
const pen = canvas.getContext("2d")!;
const pool = new Pool(canvas.width, canvas.height);
const named = customAlphabet("abc", 5);
const store = createStore<{ drops: string[]; drop(): void }>()((set) => ({
  drops: [],
  drop: () => set(({ drops }) => ({ drops: [...drops, named()] })),
}));

store.subscribe(({ drops }) => {
  pool.drop(40 + 60 * drops.length);
  pool.draw(pen);
  canvas.className = clsx("pool", { full: drops.length > 2 });
  document.title = `Pools: ${drops.filter((name) => /^[abc]{5}$/.test(name)).length}`;
});
canvas.addEventListener("click", () => store.getState().drop());
pool.draw(pen);
document.title = "Pools: 0";
