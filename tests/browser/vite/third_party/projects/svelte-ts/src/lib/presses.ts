import { writable } from "svelte/store";

export const presses = writable<number>(0);
