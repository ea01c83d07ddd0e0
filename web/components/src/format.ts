/** Numbers, sizes, times and dates as a reader of one language expects them, all by `Intl`. */

/** Formatting for one language; every function takes plain values and gives text. */
export interface Format {
  /** The tag that `Intl` is given. */
  readonly tag: string;
  /** `1,234` */
  number(value: number): string;
  /** `4.2`: what is measured. */
  tenths(value: number): string;
  /** `43%`; what is not whole is cut, so that 100 % is said only at the end. */
  percent(percent: number): string;
  /** `3.1 MB`, in powers of 1,000 as the rest of the product counts. */
  bytes(bytes: number): string;
  /** `1 min 20 sec`: two units at most. */
  duration(seconds: number): string;
  /** `0.8 sec`, for what is quicker than a breath. */
  seconds(seconds: number): string;
  /** `0:07`, `1:02:03`: for what counts down in front of the reader. */
  countdown(seconds: number): string;
  /** `2–4 min`: from the median to the 90th percentile, both in seconds. */
  range(p50S: number, p90S: number): string;
  /** `30 Nov 2026, 07:15` */
  dateTime(date: Date): string;
  /** `07:15:09.042` */
  clock(date: Date): string;
  /** `in 7 days`, `2 min. ago` */
  relative(date: Date, now: Date): string;
}

const KNOWN = new Map<string, Format>();

/** The formatting of a BCP 47 tag, made once. */
export function formatFor(tag: string): Format {
  let known = KNOWN.get(tag);
  if (known === undefined) KNOWN.set(tag, (known = create(tag)));
  return known;
}

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const UNITS = [
  ["second", 1, "minute"],
  ["minute", 60, "hour"],
  ["hour", 3_600, "day"],
  ["day", 86_400, null],
] as const;

type UnitName = (typeof UNITS)[number][0];

function create(tag: string): Format {
  const number = new Intl.NumberFormat(tag);
  const tenths = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 });
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: "auto", style: "short" });
  const clock = new Intl.DateTimeFormat(tag, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
  const units = new Map<string, Intl.NumberFormat>();
  const unit = (name: string, digits = 0): Intl.NumberFormat => {
    const key = `${name}${digits}`;
    let known = units.get(key);
    if (known === undefined) {
      known = new Intl.NumberFormat(tag, {
        style: "unit",
        unit: name,
        unitDisplay: "short",
        maximumFractionDigits: digits,
      });
      units.set(key, known);
    }
    return known;
  };
  return {
    tag,
    number: (value) => number.format(value),
    tenths: (value) => tenths.format(value),
    percent: (value) => percent.format(Math.floor(Math.min(100, Math.max(0, value))) / 100),
    bytes: (bytes) => {
      const [size, name] = scaled(bytes);
      return unit(name, name === "byte" || size >= 100 ? 0 : 1).format(size);
    },
    duration: (seconds) =>
      parts(seconds)
        .map(([value, name]) => unit(name).format(value))
        .join(" "),
    seconds: (seconds) => unit("second", 1).format(seconds),
    countdown,
    range: (p50S, p90S) => {
      const [from, to, name] = rounded(p50S, p90S);
      return from === to ? unit(name).format(to) : unit(name).formatRange(from, to);
    },
    dateTime: (date) => dateTime.format(date),
    clock: (date) => clock.format(date),
    relative: (date, now) => {
      const seconds = (date.getTime() - now.getTime()) / 1_000;
      const [name, length] = unitOf(Math.abs(seconds));
      return relative.format(name === "second" ? 0 : Math.round(seconds / length), name);
    },
  };
}

function scaled(bytes: number): [number, string] {
  let size = bytes;
  let step = 0;
  while (size >= 999.5 && step < SIZES.length - 1) {
    size /= 1_000;
    step += 1;
  }
  return [size, SIZES[step]!];
}

function unitOf(seconds: number): [UnitName, number] {
  const found = UNITS.findLast(([, length]) => seconds >= length) ?? UNITS[0];
  return [found[0], found[1]];
}

function parts(seconds: number): [number, UnitName][] {
  const whole = Math.max(0, Math.round(seconds));
  const [name, length] = unitOf(whole);
  const first: [number, UnitName] = [Math.floor(whole / length), name];
  const index = UNITS.findIndex(([other]) => other === name);
  const below = UNITS[index - 1];
  const rest = below ? Math.floor((whole % length) / below[1]) : 0;
  return below && rest > 0 ? [first, [rest, below[0]]] : [first];
}

function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The unit in which the longer one is read, and both in it; seconds go by fives, as nobody knows them better. */
function rounded(p50S: number, p90S: number): [number, number, UnitName] {
  const longer = Math.max(p50S, p90S, 0);
  const [name, length] =
    longer < 90 ? (["second", 1] as const) : longer < 5_400 ? (["minute", 60] as const) : (["hour", 3_600] as const);
  const grain = name === "second" ? 5 : 1;
  const round = (seconds: number): number => Math.max(grain, Math.round(seconds / length / grain) * grain);
  return [round(Math.min(p50S, longer)), round(longer), name];
}
