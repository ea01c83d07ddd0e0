/**
 * Do something with each item, `width` at a time.
 *
 * The first failure ends it: `run`'s signal is aborted, and it is raised once all that run have ended.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  signal: AbortSignal | undefined,
  run: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const iterator = items[Symbol.iterator]();
  let first: { error: unknown } | null = null;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !either.aborted; next = iterator.next()) {
      try {
        await run(next.value, either);
      } catch (error) {
        first ??= { error };
        failure.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  signal?.throwIfAborted();
  if (first !== null) throw (first as { error: unknown }).error;
}
