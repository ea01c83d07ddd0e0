/** What every part of the loader works with. */

import { hosted, type Addresses } from "./addresses";
import type { Archive } from "./archive";

export interface Game {
  readonly archive: Archive;
  readonly addresses: Addresses;
  /** The loader's own text, for workers and frames, which begin with nothing. */
  readonly loader: string;
}

/** An address that works in this page, for one that would have to be requested. */
export function served({ archive, addresses }: Game, address: string): string {
  const path = addresses.own(address);
  return path === null ? hosted(address) : archive.address(path) + (/#.*$/s.exec(address)?.[0] ?? "");
}
