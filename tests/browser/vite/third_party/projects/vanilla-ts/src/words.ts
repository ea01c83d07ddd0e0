const enum Limit {
  Few = 3,
}

const WORDS = ["none", "one", "two"] as const satisfies readonly string[];

export function inWords(count: number): string {
  return count < Limit.Few ? WORDS[count]! : "many";
}
