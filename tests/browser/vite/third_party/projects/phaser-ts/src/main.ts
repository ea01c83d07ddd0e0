import { start } from "./game/main";

document.addEventListener("DOMContentLoaded", () => {
  Object.assign(globalThis, { game: start("game-container") });
});
