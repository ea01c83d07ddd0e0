/** A sandboxed frame keeps nothing; games that do not expect that get what lasts until the page closes. */

export function keepInMemory(): void {
  for (const name of ["localStorage", "sessionStorage"] as const) {
    if (!works(() => window[name].length)) Object.defineProperty(window, name, { value: memoryStorage() });
  }
  if (!works(keepsCookies)) Object.defineProperty(document, "cookie", memoryCookies());
}

/** Pages from a disk take cookies without a word, and forget them at once. */
function keepsCookies(): void {
  document.cookie = "aethel=1";
  const kept = document.cookie.includes("aethel=1");
  document.cookie = "aethel=; max-age=0";
  if (!kept) throw new Error("no cookies");
}

function memoryCookies(): PropertyDescriptor {
  const cookies = new Map<string, string>();
  const set = (given: unknown): void => {
    const [pair = "", ...attributes] = String(given).split(";");
    const name = pair.split("=", 1)[0]!.trim();
    cookies.delete(name);
    if (!attributes.some(isPast)) cookies.set(name, pair.trim());
  };
  return { get: () => [...cookies.values()].join("; "), set };
}

function isPast(attribute: string): boolean {
  const [name = "", value = ""] = attribute.split("=").map((part) => part.trim());
  if (/^max-age$/i.test(name)) return Number(value) <= 0;
  return /^expires$/i.test(name) && Date.parse(value) <= Date.now();
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
