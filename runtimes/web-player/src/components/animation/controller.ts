/** An animation controller decides by parameters which state plays. Pure: the mixer does the playing. */

import { asObject } from "../../scene/format/settings";
import { readNumber } from "../../math/vectors";

export type Parameter = number | boolean;

export interface State {
  name: string;
  /** A clip of the entity's model, or `<asset>#<clip>` of another one. */
  clip: string;
  loop: boolean;
  speed: number;
}

export interface Transition {
  /** A state's name, or `*` for any. */
  from: string;
  to: string;
  when: string;
  /** Seconds. */
  fade: number;
}

export interface Controller {
  states: State[];
  transitions: Transition[];
  start: string | null;
  parameters: Record<string, Parameter>;
}

const FADE_S = 0.2;

export function readController(json: unknown): Controller {
  const { states, transitions, start, parameters } = asObject(json);
  const read = (Array.isArray(states) ? states : []).map((state): State => {
    const { name, clip, loop, speed } = asObject(state);
    return { name: String(name), clip: String(clip ?? name), loop: loop !== false, speed: readNumber(speed, 1) };
  });
  return {
    states: read,
    transitions: (Array.isArray(transitions) ? transitions : []).map((transition): Transition => {
      const { from, to, when, fade } = asObject(transition);
      return {
        from: String(from ?? "*"),
        to: String(to),
        when: String(when ?? "finished"),
        fade: readNumber(fade, FADE_S),
      };
    }),
    start: typeof start === "string" ? start : (read[0]?.name ?? null),
    parameters: asObject(parameters) as Record<string, Parameter>,
  };
}

export interface Conditions {
  parameters: Map<string, Parameter>;
  /** The clip that plays, which does not loop, has ended. */
  finished: boolean;
}

/** The first transition out of `state` whose condition holds. */
export function next(controller: Controller, state: string | null, conditions: Conditions): Transition | null {
  return (
    controller.transitions.find(
      ({ from, to, when }) => (from === state || (from === "*" && to !== state)) && holds(when, conditions),
    ) ?? null
  );
}

/** The boolean parameters that a condition reads: triggers among them are used up by it. */
export function parametersOf(when: string): string[] {
  return [...when.matchAll(/[A-Za-z_]\w*/g)].map(([name]) => name);
}

/**
 * `speed > 0.1 && grounded || !alive`: comparisons of a parameter with a number or a boolean, `&&` before `||`; `finished` is true once
 * the clip has ended. What is not understood never holds.
 */
export function holds(when: string, conditions: Conditions): boolean {
  return when.split("||").some((all) => all.split("&&").every((term) => termHolds(term.trim(), conditions)));
}

const TERM = /^(!?)\s*([A-Za-z_]\w*)\s*(?:(<=|>=|==|!=|<|>)\s*(true|false|-?\d+(?:\.\d+)?))?$/;

function termHolds(term: string, { parameters, finished }: Conditions): boolean {
  const match = TERM.exec(term);
  if (!match) return false;
  const [, not, name, operator, literal] = match as unknown as [string, string, string, string?, string?];
  const value = name === "finished" ? finished : (parameters.get(name) ?? false);
  const result =
    operator === undefined
      ? Boolean(value)
      : compare(Number(value), operator, Number(literal === "true" ? 1 : literal === "false" ? 0 : literal));
  return not ? !result : result;
}

function compare(a: number, operator: string, b: number): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    case "==":
      return a === b;
    default:
      return a !== b;
  }
}
