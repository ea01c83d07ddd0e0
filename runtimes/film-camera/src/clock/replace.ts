/** Puts a method in the place of the browser's own, which it may call. */

export type Method = (this: unknown, ...args: unknown[]) => unknown;

export function replace(owner: object, name: string, make: (original: Method) => Method): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const original = descriptor?.value as Method | undefined;
  if (typeof original !== "function") return;
  Object.defineProperty(owner, name, { ...descriptor, value: make(original) });
}
