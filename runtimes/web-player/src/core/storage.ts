/** Storage for whoever plays: IndexedDB for saves, localStorage for settings; memory where a browser keeps nothing. */

export interface SaveEntry {
  slot: string;
  modified: number;
}

interface Stored extends SaveEntry {
  data: unknown;
}

const STORE = "saves";

export class Saves {
  private readonly memory = new Map<string, Stored>();
  private database: Promise<IDBDatabase | null> | undefined;

  constructor(private readonly gameId: string) {}

  /** Resolves to false when it lasts only until the page closes. Throws a TypeError for data that JSON cannot carry. */
  async write(slot: string, data: unknown): Promise<boolean> {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("A save holds what JSON can carry: not undefined, not a function.");
    const stored: Stored = { slot, modified: Date.now(), data: JSON.parse(text) as unknown };
    this.memory.set(slot, stored);
    return (await this.run("readwrite", (store) => store.put(stored))) !== null;
  }

  async read(slot: string): Promise<unknown> {
    const kept = await this.run<Stored | undefined>(
      "readonly",
      (store) => store.get(slot) as IDBRequest<Stored | undefined>,
    );
    return structuredClone((kept?.value ?? this.memory.get(slot))?.data ?? null);
  }

  async list(): Promise<SaveEntry[]> {
    const kept = await this.run<Stored[]>("readonly", (store) => store.getAll() as IDBRequest<Stored[]>);
    return (kept?.value ?? [...this.memory.values()])
      .map(({ slot, modified }) => ({ slot, modified }))
      .sort((a, b) => b.modified - a.modified);
  }

  async remove(slot: string): Promise<void> {
    this.memory.delete(slot);
    await this.run("readwrite", (store) => store.delete(slot));
  }

  /** Resolves to null when there is no database, or it refuses (full, private window). */
  private async run<T>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<{ value: T } | null> {
    const database = await (this.database ??= openDatabase(`aethel:${this.gameId}`));
    if (!database) return null;
    return new Promise((resolve) => {
      try {
        const transaction = database.transaction(STORE, mode);
        const request = ask(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve({ value: request.result });
        transaction.onabort = transaction.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }
}

function openDatabase(name: string): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "slot" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null); // a sandboxed frame has no storage at all
    }
  });
}

/** A few small values, as JSON under one key. */
export class Settings<T extends object> {
  values: T;

  constructor(
    private readonly key: string,
    defaults: T,
  ) {
    this.values = { ...defaults, ...read(key) };
  }

  update(patch: Partial<T>): T {
    this.values = { ...this.values, ...patch };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.values));
    } catch {
      // They last until the page closes.
    }
    return this.values;
  }
}

function read(key: string): object {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}
