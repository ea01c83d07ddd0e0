/** Run an update; where it has taken away what had the focus, `next` gets it, so that a keyboard goes on from there. */
export function keepingFocus(root: ShadowRoot | null, update: () => void, next: () => HTMLElement | null): void {
  const hadFocus = root?.activeElement != null;
  update();
  if (hadFocus && root.activeElement === null) next()?.focus({ preventScroll: true });
}
