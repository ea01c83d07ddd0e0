/** An animation controller decides by parameters which state plays. Pure: the mixer does the playing. */

import { list } from "../../scene/format/entityData";
import { asObject } from "../../scene/format/settings";
import { readNumber } from "../../math/vectors";

export type Parameter = number | boolean;

export interface State {
  name: string;
  /** A clip of the entity's model, or `<asset>#<clip>` of another one; null: nothing plays, and so has ended. */
  clip: string | null;
  loop: boolean;
  speed: number;
  /** Seconds of the cross-fade into it and out of it, for transitions that do not say theirs. */
  fadeIn: number | null;
  fadeOut: number | null;
}

/** A comparison of a parameter with a value. */
export interface Condition {
  parameter: string;
  operator: string;
  value: Parameter;
}

export interface Transition {
  /** A state's name, or `*` for any. */
  from: string;
  to: string;
  when: string;
  /** All of them have to hold too. */
  conditions: Condition[];
  /** Seconds. */
  fade: number;
}

export interface Controller {
  states: State[];
  transitions: Transition[];
  start: string | null;
  parameters: Record<string, Parameter>;
}

type Json = Record<string, unknown>;

const FADE_S = 0.2;

export function readController(json: unknown): Controller {
  const { states, transitions, start, parameters } = asObject(json);
  const read = list(states).map(readState);
  return {
    states: read,
    transitions: list(transitions).map((transition) => readTransition(asObject(transition), read)),
    start: typeof start === "string" ? start : (read[0]?.name ?? null),
    parameters: asObject(parameters) as Record<string, Parameter>,
  };
}

function readState(state: unknown): State {
  const { name, clip, loop, speed, fadeIn, fadeOut } = asObject(state);
  const fade = (value: unknown): number | null => (typeof value === "number" ? value : null);
  return {
    name: String(name),
    clip: clip === null ? null : String(clip ?? name),
    loop: loop !== false,
    speed: readNumber(speed, 1),
    fadeIn: fade(fadeIn),
    fadeOut: fade(fadeOut),
  };
}

/** `when` is a text; `conditions` and `finished` say the same in parts. What says neither waits for the clip's end. */
function readTransition({ from, to, when, conditions, finished, fade }: Json, states: State[]): Transition {
  const state = (name: unknown): State | undefined => states.find((one) => one.name === String(name));
  const compared = list(conditions).map((condition): Condition => {
    const { parameter, operator, value } = asObject(condition);
    return { parameter: String(parameter), operator: String(operator ?? "=="), value: value as Parameter };
  });
  const waits = finished === true || !Array.isArray(conditions);
  return {
    from: String(from ?? "*"),
    to: String(to),
    when: typeof when === "string" ? when : waits ? "finished" : "",
    conditions: compared,
    fade: readNumber(fade, state(to)?.fadeIn ?? state(from)?.fadeOut ?? FADE_S),
  };
}

export interface Conditions {
  parameters: Map<string, Parameter>;
  /** The clip that plays, which does not loop, has ended; or none plays. */
  finished: boolean;
}

/** The first transition out of `state` whose condition holds. */
export function next(controller: Controller, state: string | null, conditions: Conditions): Transition | null {
  return (
    controller.transitions.find(
      ({ from, to, when, conditions: compared }) =>
        (from === state || (from === "*" && to !== state)) &&
        (when === "" || holds(when, conditions)) &&
        compared.every((condition) => compares(condition, conditions)),
    ) ?? null
  );
}

/** The parameters that a transition reads: triggers among them are used up by it. */
export function parametersOf({ when, conditions }: Pick<Transition, "when" | "conditions">): string[] {
  return [
    ...[...when.matchAll(/[A-Za-z_]\w*/g)].map(([name]) => name),
    ...conditions.map(({ parameter }) => parameter),
  ];
}

function compares({ parameter, operator, value }: Condition, { parameters }: Conditions): boolean {
  return compare(Number(parameters.get(parameter) ?? false), operator, Number(value));
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
