/** The timed actions of a film, in the order of their times. */

import type { TimedAction } from "../shot";

export class InputTrack {
  private next = 0;

  private constructor(private readonly actions: readonly TimedAction[]) {}

  /** @param actions Those of one moment stay in the order in which they are given. */
  static of(actions: readonly TimedAction[]): InputTrack {
    return new InputTrack(actions.toSorted((a, b) => a.t - b.t));
  }

  /** Reads a file: a list of actions, or an object whose `actions` is one. Throws with what is wrong with it, and where. */
  static read(text: string, path: string): InputTrack {
    const refuse = (what: string): never => {
      throw new Error(`film: input ${path}: ${what}`);
    };
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      return refuse(`is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
    }
    const actions = Array.isArray(parsed) ? parsed : (parsed as { actions?: unknown } | null)?.actions;
    if (!Array.isArray(actions)) return refuse("is no list of actions.");
    actions.forEach((action: unknown, index) => checkAction(action, (what) => refuse(`[${index}]: ${what}`)));
    return InputTrack.of(actions as TimedAction[]);
  }

  /** The actions up to a time, seconds; each is given once. */
  *until(time: number): Generator<TimedAction> {
    for (let action = this.actions[this.next]; action && action.t <= time; action = this.actions[this.next]) {
      this.next += 1;
      yield action;
    }
  }
}

const TYPES = ["key", "pointer", "action", "gamepad"];
const PHASES = ["down", "up", "move", "wheel"];
const NUMBERS = ["x", "y", "dx", "dy", "pad", "button", "axis", "value"];

function checkAction(action: unknown, refuse: (what: string) => never): void {
  const fields = (action ?? {}) as Record<string, unknown>;
  const { t, type, phase = "down", code, name } = fields;
  if (typeof t !== "number" || !Number.isFinite(t) || t < 0) refuse("“t” has to be a time in seconds, at least 0.");
  if (!TYPES.includes(type as string)) refuse(`“type” is one of ${TYPES.join(", ")}.`);
  if (!PHASES.includes(phase as string)) refuse(`“phase” is one of ${PHASES.join(", ")}.`);
  if (type === "key" && (typeof code !== "string" || code === "")) refuse("a key has a “code”, such as Space.");
  if (type === "action" && (typeof name !== "string" || name === "")) refuse("an action has a “name”.");
  for (const field of NUMBERS)
    if (fields[field] !== undefined && fields[field] !== null && !Number.isFinite(fields[field]))
      refuse(`“${field}” has to be a number.`);
}
