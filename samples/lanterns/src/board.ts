export const SIDE = 5;

/** Lanterns in a square: touching one turns it and those beside it, and all have to go out. */
export class Board {
  readonly lit: boolean[];

  constructor(rows: readonly string[]) {
    this.lit = [...rows.join("")].map((sign) => sign === "#");
  }

  get isDark(): boolean {
    return !this.lit.includes(true);
  }

  touch(at: number): void {
    for (const turned of [at, ...beside(at)]) this.lit[turned] = !this.lit[turned];
  }
}

function beside(at: number): number[] {
  const column = at % SIDE;
  const found = [at - SIDE, at + SIDE];
  if (column > 0) found.push(at - 1);
  if (column < SIDE - 1) found.push(at + 1);
  return found.filter((place) => place >= 0 && place < SIDE * SIDE);
}
