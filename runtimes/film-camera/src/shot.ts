/** What the crew asks for: the film's specification, and which of its frames. */

/** Something that a player does at a time of the game; see the document on video for makers. */
export interface TimedAction {
  /** Seconds of game time. */
  t: number;
  type: "key" | "pointer" | "action" | "gamepad";
  phase?: "down" | "up" | "move" | "wheel";
  code?: string;
  name?: string;
  /** Shares of the picture's width and height, from the top left. */
  x?: number;
  y?: number;
  dx?: number;
  dy?: number;
  pad?: number;
  button?: number | null;
  axis?: number | null;
  value?: number;
}

export interface Shot {
  width: number;
  height: number;
  fpsNum: number;
  fpsDen: number;
  frames: number;
  startS: number;
  supersample: number;
  subframes: number;
  shutter: number;
  transparent: boolean;
  layout: "i420" | "rgba";
  scene: string;
  cameraPath: string;
  input: string;
  inputTrack: TimedAction[];
  seed: number;
  /** The first frame of the slice, and how many it has. */
  first: number;
  count: number;
  /** Bytes of a slot of the ring file, and how many slots it has. */
  slotBytes: number;
  slots: number;
}

export interface Prepared {
  /** Of each frame that is handed over, px. */
  width: number;
  height: number;
  layout: "i420" | "rgba";
  kind: "engine" | "html5";
  /** Where chroma lies in i420: on the left column of each pair, between its rows. */
  chroma: "left";
  notes: string[];
}

export function frameBytes({ width, height, layout }: Pick<Shot, "width" | "height" | "layout">): number {
  return layout === "rgba" ? width * height * 4 : width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/** Checks what would make a film of nothing; everything else has been checked before it came here. */
export function checkShot(shot: Shot): void {
  const counts = ["width", "height", "fpsNum", "fpsDen", "supersample", "subframes", "count", "slots"] as const;
  for (const name of counts)
    if (!Number.isInteger(shot[name]) || shot[name] < 1) throw new Error(`film: ${name} is ${String(shot[name])}.`);
  if (shot.slotBytes < frameBytes(shot))
    throw new Error(`film: a slot of ${shot.slotBytes} bytes is too small for a frame of ${frameBytes(shot)}.`);
}
