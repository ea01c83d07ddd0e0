/** Full screen, where the browser and the frame allow it. */

export function fullscreenPossible(): boolean {
  return document.fullscreenEnabled ?? false;
}

export function isFullscreen(): boolean {
  return document.fullscreenElement !== null;
}

/** Rejects when the browser refuses: it wants a gesture. */
export async function requestFullscreen(element: HTMLElement, on: boolean): Promise<void> {
  if (on === isFullscreen()) return;
  if (on) await element.requestFullscreen({ navigationUI: "hide" });
  else await document.exitFullscreen();
}
