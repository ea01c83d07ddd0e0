/** What is asked of a film, and how each answer stands in `options.video`; what may be asked is for the service to say. */

/** `options.video` as it is being entered. */
export type Wish = Readonly<Record<string, unknown>>;

/** What is made: one of the service's presets, or what `KINDS` has beside them. */
export const PRESETS = [
  "youtube-1080p",
  "youtube-4k",
  "tiktok",
  "instagram-reel",
  "twitter",
  "discord-10mb",
  "prores-422",
  "webm-alpha",
  "gif",
];
const KINDS: Readonly<Record<string, Wish>> = {
  movie: {},
  webp: { container: "webp" },
  stills: { stills: { format: "png" } },
  sheet: { sheet: { format: "png" } },
};
export const CHOICES = ["movie", ...PRESETS, "webp", "stills", "sheet"];
const CHOSEN_BY = ["preset", "container", "videoCodec", "stills", "sheet"];

export interface FilmField {
  /** Its place in `options.video`, with a dot where it is within a part. */
  readonly name: string;
  readonly kind: "number" | "rate" | "text" | "track" | "choice" | "flag";
  /** The first of them is what a film has unless something is chosen. */
  readonly choices?: readonly string[];
  /** What it is asked for; everything unless given. */
  readonly of?: readonly string[];
  readonly isFolded?: boolean;
}

const FILMS = [...PRESETS.filter((name) => name !== "gif"), "movie"];
const PICTURES = ["png", "webp", "jpeg"];

export const FIELDS: readonly FilmField[] = [
  { name: "container", kind: "choice", choices: ["", "mp4", "mov", "webm"], of: ["movie"] },
  { name: "videoCodec", kind: "choice", choices: ["", "h264", "hevc", "av1", "vp9", "prores"], of: ["movie"] },
  { name: "stills.format", kind: "choice", choices: PICTURES, of: ["stills"] },
  { name: "sheet.format", kind: "choice", choices: PICTURES, of: ["sheet"] },
  { name: "sheet.columns", kind: "number", of: ["sheet"] },
  { name: "durationS", kind: "number" },
  { name: "fps", kind: "rate" },
  { name: "width", kind: "number" },
  { name: "height", kind: "number" },
  { name: "audioCodec", kind: "choice", choices: ["", "aac", "opus", "pcm", "none"], of: FILMS },
  { name: "transparent", kind: "flag" },
  { name: "startS", kind: "number", isFolded: true },
  { name: "scene", kind: "text", isFolded: true },
  { name: "cameraPath", kind: "text", isFolded: true },
  { name: "input", kind: "track", isFolded: true },
  { name: "seed", kind: "number", isFolded: true },
  { name: "supersample", kind: "choice", choices: ["", "2", "3", "4"], isFolded: true },
  { name: "motionBlur.subframes", kind: "number", isFolded: true },
  { name: "motionBlur.shutter", kind: "number", isFolded: true },
  { name: "crf", kind: "number", of: FILMS, isFolded: true },
  { name: "bitrate", kind: "number", of: FILMS, isFolded: true },
  { name: "loudnessLufs", kind: "number", of: FILMS, isFolded: true },
  { name: "stills.quality", kind: "number", of: ["stills"], isFolded: true },
  { name: "sheet.quality", kind: "number", of: ["sheet"], isFolded: true },
  { name: "quality", kind: "number", of: ["webp"], isFolded: true },
];

/** Which of `CHOICES` a wish is. */
export function choiceOf(wish: Wish): string {
  const { preset, container } = wish;
  if (typeof preset === "string") return preset;
  if ("stills" in wish) return "stills";
  if ("sheet" in wish) return "sheet";
  return container === "webp" ? "webp" : "movie";
}

/** The wish with another choice; what does not fit it is left out, all else stays. */
export function choose(wish: Wish, choice: string): Wish {
  const left = Object.entries(wish).filter(([name]) => {
    const field = FIELDS.find((one) => one.name === name);
    return !CHOSEN_BY.includes(name) && (field?.of?.includes(choice) ?? true);
  });
  return { ...(KINDS[choice] ?? { preset: choice }), ...Object.fromEntries(left) };
}

/** The fields that a choice has. */
export function fieldsFor(choice: string): FilmField[] {
  return FIELDS.filter(({ of }) => of?.includes(choice) ?? true);
}

/** What stands in a wish that no field of the choice asks for. */
export function restOf(wish: Wish, choice: string): Wish {
  const asked = new Set([...CHOSEN_BY, ...fieldsFor(choice).map(({ name }) => name.split(".")[0])]);
  return Object.fromEntries(Object.entries(wish).filter(([name]) => !asked.has(name)));
}

/** The value at a field's place. */
export function valueOf(wish: Wish, name: string): unknown {
  const [first, second] = name.split(".") as [string, string?];
  const value = wish[first];
  return second === undefined ? value : isPart(value) ? value[second] : undefined;
}

/** The wish with another value at a field's place; undefined takes it out. */
export function withValue(wish: Wish, name: string, value: unknown): Wish {
  const [first, second] = name.split(".") as [string, string?];
  const { [first]: before, ...others } = wish;
  if (second === undefined) return value === undefined ? others : { ...wish, [first]: value };
  const part = withValue(isPart(before) ? before : {}, second, value);
  return Object.keys(part).length ? { ...wish, [first]: part } : others;
}

/** What a field's text stands for. What is no number goes as it is: the service says what is wrong with it. */
export function read({ kind, choices }: FilmField, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (kind === "track" && trimmed.startsWith("[")) return parsed(trimmed);
  const isNumber = kind === "number" || choices?.includes("2") || (kind === "rate" && /^\d+$/.test(trimmed));
  const number = Number(trimmed.replace(",", "."));
  if (isNumber && Number.isFinite(number)) return number;
  return kind === "rate" ? trimmed.replace(",", ".") : trimmed;
}

/** The text that stands for a value. */
export function written(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
}

/** Whether a text is a JSON object. */
export function isObject(text: string): boolean {
  return isPart(parsed(text));
}

/** A wish from its JSON; what is none is no wish at all. */
export function wishOf(text: string): Wish {
  const value = parsed(text);
  return isPart(value) ? value : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function isPart(value: unknown): value is Wish {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
