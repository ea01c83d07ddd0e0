/** A page from a disk may not have another address: what a game notes in its history is kept without one. */

export function keepHistory(): void {
  for (const name of ["pushState", "replaceState"] as const) {
    const real = History.prototype[name];
    History.prototype[name] = function (this: History, state: unknown, title: string, url?: string | URL | null): void {
      try {
        real.call(this, state, title, url);
      } catch (error) {
        if ((error as Error).name !== "SecurityError") throw error;
        real.call(this, state, title);
      }
    };
  }
}
