/** Makes the film wait for what a page's databases answer: saves are read before the time goes on, however long the disk takes. */

import type { Pending } from "./pending";
import { replace } from "./replace";

/** Every request but that for the database itself is within a transaction, and over when that is. */
export function watchDatabases(scope: Window & typeof globalThis, pending: Pending): void {
  const until = (target: EventTarget, what: string, ends: readonly string[]): void => {
    const done = pending.add(what);
    for (const end of ends) target.addEventListener(end, done, { once: true });
  };
  for (const name of ["open", "deleteDatabase"])
    replace(scope.IDBFactory.prototype, name, (original) => {
      return function (this: unknown, ...args: unknown[]) {
        const request = original.apply(this, args) as IDBOpenDBRequest;
        until(request, `the database ${String(args[0]).slice(0, 100)}`, ["success", "error", "blocked"]);
        return request;
      };
    });
  replace(scope.IDBDatabase.prototype, "transaction", (original) => {
    return function (this: unknown, ...args: unknown[]) {
      const transaction = original.apply(this, args) as IDBTransaction;
      until(transaction, `the database ${transaction.db.name.slice(0, 100)}`, ["complete", "abort"]);
      return transaction;
    };
  });
}
