/** An error for the error panel: a title a player of the game understands, and a message that names the part at fault. */
export class GameError extends Error {
  constructor(
    readonly title: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "GameError";
  }
}

/** A file that the game needs and does not get. */
export class AssetError extends GameError {
  constructor(
    readonly asset: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super("Part of the game is missing", message, options);
    this.name = "AssetError";
  }
}

/** A scene that cannot be shown. */
export class SceneError extends GameError {
  constructor(
    readonly scene: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`The scene “${scene}” cannot be shown`, message, options);
    this.name = "SceneError";
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const warned = new Set<string>();

/** Warns the maker of the game once. `about`: what counts as the same. */
export function warnOnce(message: string, about = message): void {
  if (warned.has(about)) return;
  warned.add(about);
  console.warn(message);
}
