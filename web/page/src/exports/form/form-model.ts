/** What is chosen and entered in the form for new exports, and what is wrong with it. */
import { type Configuration, ExportError } from "@aethel/export-client";

import type { FilmSaid } from "../film/film-form.ts";
import { type Field, type FieldInput, type PlatformOptions, fieldsOf } from "../options/fields.ts";
import { type Preset, inputsFor, presetOf } from "./presets.ts";
import { type FullRequest, inputOf, optionIn, problemsOf, requestFor } from "./requests.ts";
import type { Outcome } from "./submission.ts";
import type { Problem } from "../options/validation.ts";

/** What the service says of an input, by the platform that refused it. */
export interface ServerProblem {
  readonly platform: string;
  readonly message: string;
}

/** A platform as the form takes it: what can be exported has options. */
export interface OfferedPlatform extends PlatformOptions {
  available: boolean;
  reason: string | null;
  summary?: string;
  minutes?: number;
  debugKeys?: boolean;
  /** How it is worked out, where it is more than `minutes` for what is asked. */
  minutesBy?: string;
  signingConfigured?: boolean;
  keyFormats?: readonly string[];
  makerSignedFormats?: readonly string[];
}

/** The platform whose price is by what is filmed. */
export const FILMED = "video";

export class FormModel {
  readonly chosen = new Set<string>();
  configuration: Configuration = "release";
  /** What the service has said of the film that is entered: its build minutes, and how much is wrong with it. */
  film: FilmSaid | null = null;

  readonly #inputs = new Map<string, FieldInput>();
  readonly #left = new Set<string>(); // fields that somebody has finished entering
  readonly #told = new Map<string, ServerProblem[]>();
  #platforms: readonly OfferedPlatform[] = [];
  #hasChosen = false; // somebody has

  constructor(platforms: readonly OfferedPlatform[]) {
    this.offer(platforms);
  }

  get platforms(): readonly OfferedPlatform[] {
    return this.#platforms;
  }

  /** Whether a platform would have to wait: its workers may come. */
  get isAwaited(): boolean {
    return this.#platforms.some(({ options, available }) => options && !available);
  }

  /** Take the platforms as they are offered now; until somebody chooses, the web is chosen where it can be had. */
  offer(platforms: readonly OfferedPlatform[]): void {
    this.#platforms = platforms;
    if (this.#hasChosen) return;
    const first = platforms.find(({ platform, available }) => platform === "web" && available);
    if (first) this.chosen.add(first.platform);
  }

  /** The chosen platforms, in the order of the cards. */
  get chosenPlatforms(): OfferedPlatform[] {
    return this.platforms.filter(({ platform }) => this.chosen.has(platform));
  }

  get requests(): FullRequest[] {
    return this.chosenPlatforms.map((platform) => this.requestOf(platform));
  }

  requestOf(platform: PlatformOptions): FullRequest {
    return requestFor(platform, this.configuration, this.#inputs);
  }

  /** Whether a film is chosen that is refused as it is entered, so that nobody knows its minutes. */
  get isRefused(): boolean {
    return this.chosen.has(FILMED) && this.film !== null && this.film.minutes === null && this.film.problems > 0;
  }

  /** Build minutes that all of them reserve. */
  get minutes(): number {
    const of = ({ platform, minutes }: OfferedPlatform): number =>
      (platform === FILMED ? this.film?.minutes : null) ?? minutes ?? 0;
    return this.chosenPlatforms.reduce((sum, platform) => sum + of(platform), 0);
  }

  /** Chosen applications that need a key as they are asked for, and have none. */
  get unsigned(): string[] {
    return this.chosenPlatforms.filter((platform) => this.#lacksKey(platform)).map(({ platform }) => platform);
  }

  toggle(platform: string): void {
    this.#hasChosen = true;
    if (!this.chosen.delete(platform)) this.chosen.add(platform);
  }

  inputOf(field: Field): FieldInput {
    return inputOf(field, this.#inputs);
  }

  enter(field: Field, input: FieldInput): void {
    this.#inputs.set(field.key, input);
    this.#told.delete(field.key);
  }

  /** From now on it is told what is wrong with a field. */
  leave(field: Field): void {
    this.#left.add(field.key);
  }

  /** What is wrong with a field that has been left; null where all is well, or it is still being entered. */
  problemOf(field: Field): Problem | null {
    return this.#left.has(field.key) ? (problemsOf(this.chosenPlatforms, this.#inputs).get(field.key) ?? null) : null;
  }

  toldOf(field: Field): readonly ServerProblem[] {
    return this.#told.get(field.key) ?? [];
  }

  /** Tell everything that is wrong; how many fields that are. */
  checkAll(): number {
    const problems = problemsOf(this.chosenPlatforms, this.#inputs);
    for (const key of problems.keys()) this.#left.add(key);
    return problems.size + (this.chosen.has(FILMED) ? (this.film?.problems ?? 0) : 0);
  }

  /** Note what has become of the requests: refused values at their fields, and where some were refused only those stay chosen. */
  note(outcomes: readonly Outcome[]): void {
    this.#told.clear();
    const refused = outcomes.filter((outcome) => "error" in outcome);
    for (const { platform, error } of refused) if (error instanceof ExportError) this.#noteDetails(platform, error);
    if (refused.length === 0) return;
    this.chosen.clear();
    for (const { platform } of refused) this.chosen.add(platform);
  }

  preset(name: string): Preset {
    return presetOf(name, this.configuration, this.requests);
  }

  /** Choose platforms and enter their options; everything else goes to its default. */
  fill(configuration: Configuration, options: Preset["options"]): void {
    const offered = this.platforms.filter((platform) => platform.options && platform.platform in options);
    this.configuration = configuration;
    this.#hasChosen = true;
    this.chosen.clear();
    for (const { platform } of offered) this.chosen.add(platform);
    this.#inputs.clear();
    this.#told.clear();
    for (const [key, input] of inputsFor(options, offered)) {
      this.#inputs.set(key, input);
      this.#left.add(key);
    }
  }

  #noteDetails(name: string, error: ExportError): void {
    const platform = this.platforms.find((one) => one.platform === name);
    if (!platform) return;
    const fields = new Map(fieldsOf(platform).map((field) => [field.name, field]));
    for (const { path, message } of error.details) {
      const field = fields.get(optionIn(path) ?? "");
      if (field) this.#told.set(field.key, [...(this.#told.get(field.key) ?? []), { platform: name, message }]);
    }
  }

  #lacksKey(platform: OfferedPlatform): boolean {
    const { options, formats, keyFormats, makerSignedFormats, signingConfigured } = platform;
    if (!options || !("signingKey" in options.schema.properties) || signingConfigured) return false;
    const asked = requestFor(platform, this.configuration, this.#inputs).options;
    const format = String(asked["format"] ?? formats?.[0]);
    if (keyFormats?.includes(format)) return true;
    return this.configuration === "distribution" && !makerSignedFormats?.includes(format);
  }
}
