/**
 * The times of a film, in seconds of the game. Frame n is at start + n / fps, worked out anew for each, so that nothing drifts. Whoever steps
 * through them takes the same steps whichever slice is filmed: that is what makes slices join bit by bit.
 */

import type { Shot } from "./shot";

type Times = Pick<Shot, "fpsNum" | "fpsDen" | "startS" | "subframes" | "shutter">;

/** When a frame begins. */
export function frameTime({ startS, fpsNum, fpsDen }: Times, frame: number): number {
  return startS + (frame * fpsDen) / fpsNum;
}

/** When the pictures of a frame are taken: at its beginning, and on through the shutter's time where motion is blurred. */
export function pictureTimes(times: Times, frame: number): number[] {
  const { fpsNum, fpsDen, subframes, shutter } = times;
  const apart = (shutter * fpsDen) / fpsNum / subframes;
  return Array.from({ length: subframes }, (_, picture) => frameTime(times, frame) + picture * apart);
}

/** The first frame of the way there: the film's frames go on backwards to the game's beginning. At most 0. */
export function earliestFrame({ startS, fpsNum, fpsDen }: Times): number {
  let frame = -Math.floor((startS * fpsNum) / fpsDen);
  while (startS + (frame * fpsDen) / fpsNum < 0) frame += 1;
  return frame === 0 ? 0 : frame;
}
