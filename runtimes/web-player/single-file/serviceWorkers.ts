/** A sandboxed frame does not let a game ask for service workers, though games go on without one. */

export function keepServiceWorkers(): void {
  if (!("serviceWorker" in navigator)) return;
  try {
    void navigator.serviceWorker;
  } catch {
    Object.defineProperty(navigator, "serviceWorker", { value: noServiceWorkers() });
  }
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
