/** The scene change that a game has asked for. It is made at the end of a frame, when no script runs. */

interface Request {
  name: string;
  promise: Promise<void>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

export class SceneChange {
  private request: Request | null = null;

  /**
   * Resolves when the scene has begun. The last one asked for wins: the promise of an earlier one rejects with an AbortError, unless it is the
   * same scene, which both wait for.
   */
  ask(name: string): Promise<void> {
    if (this.request?.name === name) return this.request.promise;
    const lost = this.request?.name;
    this.cancel(new DOMException(`The scene “${name}” has been asked for after “${lost}”.`, "AbortError"));
    this.request = { name, ...deferred() };
    return this.request.promise;
  }

  /** Makes the change that has been asked for, if there is one. */
  apply(open: (name: string) => Promise<void>): void {
    const { request } = this;
    if (!request) return;
    this.request = null;
    open(request.name).then(request.resolve, request.reject);
  }

  cancel(reason: unknown): void {
    this.request?.promise.catch(() => undefined); // to lose is no error that has to be handled
    this.request?.reject(reason);
    this.request = null;
  }
}

function deferred(): Omit<Request, "name"> {
  let resolve!: () => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}
