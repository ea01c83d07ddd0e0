/** A cache of what is made from files: each is made once, whoever loads it waits, and later it is at hand at once. */
export class Cache<T> {
  private readonly making = new Map<string, Promise<T>>();
  private readonly made = new Map<string, T>();
  private used = new Set<string>();

  constructor(private readonly dispose: (value: T) => void = () => undefined) {}

  get(key: string): T | undefined {
    this.used.add(key);
    return this.made.get(key);
  }

  load(key: string, make: () => Promise<T>): Promise<T> {
    this.used.add(key);
    const running = this.making.get(key);
    if (running) return running;
    const promise = make().then((value) => {
      this.made.set(key, value);
      return value;
    });
    this.making.set(key, promise);
    promise.catch(() => this.making.delete(key)); // so that the next one tries again
    return promise;
  }

  /** Notes from now on what is asked for; `drop` removes the rest. */
  mark(): void {
    this.used = new Set();
  }

  drop(): void {
    for (const [key, value] of this.made) {
      if (this.used.has(key)) continue;
      this.made.delete(key);
      this.making.delete(key);
      this.dispose(value);
    }
  }
}
