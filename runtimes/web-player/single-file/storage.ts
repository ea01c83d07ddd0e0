/** A sandboxed frame keeps nothing; games that do not expect that get what lasts until the page closes. */

export function keepInMemory(): void {
  for (const name of ["localStorage", "sessionStorage"] as const) {
    if (!works(() => window[name].length)) Object.defineProperty(window, name, { value: memoryStorage() });
  }
  if (!works(() => document.cookie)) {
    let cookies = "";
    Object.defineProperty(document, "cookie", {
      get: () => cookies,
      set: (value: string) => (cookies = String(value).split(";")[0] ?? ""),
    });
  }
}

function works(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

function memoryStorage(): Storage {
  const values = new Map<string, string>();
  const methods = {
    getItem: (key: string) => values.get(String(key)) ?? null,
    setItem: (key: string, value: string) => void values.set(String(key), String(value)),
    removeItem: (key: string) => void values.delete(String(key)),
    clear: () => values.clear(),
    key: (index: number) => [...values.keys()][index] ?? null,
  };
  return new Proxy(methods as unknown as Storage, {
    get: (target, key) => (key === "length" ? values.size : (Reflect.get(target, key) ?? values.get(String(key)))),
    set: (_, key, value) => (values.set(String(key), String(value)), true),
    deleteProperty: (_, key) => (values.delete(String(key)), true),
    has: (target, key) => key in target || values.has(String(key)),
    ownKeys: () => [...values.keys()],
    getOwnPropertyDescriptor: (_, key) =>
      values.has(String(key))
        ? { value: values.get(String(key)), enumerable: true, configurable: true, writable: true }
        : undefined,
  });
}
