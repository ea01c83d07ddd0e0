import { SvelteSet } from "svelte/reactivity";

export const lit = new SvelteSet<string>();

export function toggled(name: string): void {
  if (!lit.delete(name)) lit.add(name);
}
