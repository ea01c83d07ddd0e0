export enum Kind {
  Page,
  Part,
}

export const shared = (what: string): string => `${what}:${Kind[Kind.Part]}`;
