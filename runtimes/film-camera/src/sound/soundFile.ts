/** Writes a film's sound for the crew: all of the left channel, then all of the right one, as 32-bit floats. */

import { OpfsFile } from "../capture/opfsFile";
import { real } from "../real";
import type { Mix } from "./mixing";

const NAME = "film-sound";

export async function writeSound({ left, right }: Mix): Promise<void> {
  const bytes = left.byteLength; // known before the channel goes to the worker, and is no longer here
  const file = new OpfsFile(NAME, bytes + right.byteLength);
  await file.opened();
  const written = new real.Promise<void>((resolve, reject) => {
    let count = 0;
    file.onWritten = () => {
      count += 1;
      if (count === 2) resolve();
    };
    file.onFailed = reject;
  });
  file.write(0, 0, new Uint8Array(left.buffer));
  file.write(1, bytes, new Uint8Array(right.buffer));
  await written;
  await file.close();
}
