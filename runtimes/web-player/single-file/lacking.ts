/** What pages from a disk and sandboxed frames refuse, where games expect no refusal. */

export function tolerate(): void {
  keepGoing("pushState");
  keepGoing("replaceState");
  if (!("serviceWorker" in navigator)) return;
  try {
    void navigator.serviceWorker;
  } catch {
    Object.defineProperty(navigator, "serviceWorker", { value: noServiceWorkers() });
  }
}

/** The address stays as it is where it cannot be another one; the state is what the game made it. */
function keepGoing(name: "pushState" | "replaceState"): void {
  const real = History.prototype[name];
  History.prototype[name] = function (this: History, state: unknown, title: string, url?: string | URL | null): void {
    try {
      real.call(this, state, title, url);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "SecurityError") throw error;
      real.call(this, state, title);
    }
  };
}

/** Asking for it is an error in a sandboxed frame, which games only expect of `register`. */
function noServiceWorkers(): object {
  const none = {
    controller: null,
    ready: new Promise(() => undefined),
    register: () => Promise.reject(new DOMException("One file has no service worker.", "SecurityError")),
    getRegistration: () => Promise.resolve(undefined),
    getRegistrations: () => Promise.resolve([]),
    startMessages: () => undefined,
  };
  return Object.assign(new EventTarget(), none);
}
