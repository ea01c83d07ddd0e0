interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

/**
 * Lets the page start its own workers, and no other script by its address.
 *
 * The content security policy asks for trusted types (W3C Trusted Types, section 4.1); bundlers know workers by `new Worker(new URL(…))`
 * alone, which cannot hand over a trusted address. So the default policy checks it.
 */
export function allowOwnWorkers(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const own = new URL(import.meta.url);
  const workers = own.pathname.replace(/[^/]*$/, "worker-");
  trustedTypes?.createPolicy("default", {
    createScriptURL(address) {
      const url = new URL(address, own);
      if (url.origin === own.origin && url.pathname.startsWith(workers)) return url.href;
      throw new TypeError(`no worker of this page: ${address}`);
    },
  });
}
