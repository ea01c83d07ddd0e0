/** How far the log has been told, so that no line comes twice and none is passed over. */
export class LogPosition {
  #epoch: string | null = null;
  #seq: number;

  constructor(afterSeq: number) {
    this.#seq = afterSeq;
  }

  /** The sequence of the last line that was told, or 0. */
  get seq(): number {
    return this.#seq;
  }

  /** The address of a connection that goes on behind the last line. */
  resume(url: string): string {
    if (this.#epoch === null || this.#seq === 0) return url; // without an epoch the service would start over
    const resumed = new URL(url);
    resumed.searchParams.set("epoch", this.#epoch);
    resumed.searchParams.set("after_seq", String(this.#seq));
    return resumed.href;
  }

  /** Take note of the log's life; in a new one its sequences begin anew. Says whether it is a new one. */
  begin(epoch: string): boolean {
    const isNew = this.#epoch !== null && this.#epoch !== epoch;
    this.#epoch = epoch;
    if (isNew) this.#seq = 0;
    return isNew;
  }

  /** Whether a line has not been told yet; from now on it has. */
  takes(seq: number): boolean {
    if (seq <= this.#seq) return false;
    this.#seq = seq;
    return true;
  }
}
