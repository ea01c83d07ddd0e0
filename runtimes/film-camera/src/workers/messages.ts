/** What the camera's page and its workers say to each other, beside what the page itself says to them. */

export const KEY = "__film";

/** To a worker: come to rest; where a time is given, move to it first, milliseconds. */
export interface Asked {
  [KEY]: { id: number; to: number | null };
}

/** From a worker: it rests; and what it has to tell. */
export interface Answered {
  [KEY]: { id: number; notes: string[] };
}

/** What a worker begins with. */
export interface Begin {
  now: number;
  seed: number;
  /** The address of its script: what it names itself is relative to it. */
  address: string;
}

export function isOurs<T extends object>(data: unknown): data is T {
  return typeof data === "object" && data !== null && KEY in data;
}
