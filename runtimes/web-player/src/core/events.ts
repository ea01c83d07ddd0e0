type Listener = (data: unknown) => void;

/** Named events between scripts, the player and whoever embeds it. */
export class Events {
  private readonly listeners = new Map<string, Set<Listener>>();

  /** Returns a function that ends the listening. */
  on(event: string, listener: Listener): () => void {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set.add(listener));
    return () => set.delete(listener);
  }

  emit(event: string, data?: unknown): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      try {
        listener(data);
      } catch (error) {
        console.error(`A listener of “${event}” failed:`, error);
      }
    }
  }
}
