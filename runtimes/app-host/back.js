/**
 * Tells a page of the phone's back button. The application calls `aethelBack`, and does what it does only where the page has
 * not taken the press: `preventDefault()` of the event `backbutton`, or of the key Escape, with which games open their menu.
 */
function () {
  "use strict";
  if (window.aethelBack) return;

  /** @param mayPause  Whether Escape follows; a second press leaves the game, and its menu as it is. */
  const back = (mayPause) => {
    if (!document.dispatchEvent(new Event("backbutton", { bubbles: true, cancelable: true }))) return true;
    if (!mayPause) return false;
    const target = document.activeElement || document.body;
    const key = { key: "Escape", code: "Escape", keyCode: 27, bubbles: true, cancelable: true };
    const isTaken = !target.dispatchEvent(new KeyboardEvent("keydown", key));
    return !target.dispatchEvent(new KeyboardEvent("keyup", key)) || isTaken;
  };
  Object.defineProperty(window, "aethelBack", { value: back });
}
