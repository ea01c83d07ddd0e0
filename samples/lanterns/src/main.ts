import { Board, SIDE } from "./board";
import levels from "./levels.json";
import "./style.css";

const told = document.getElementById("told")!;
const field = document.getElementById("board")!;
let level = 0;
let board = new Board(levels[level]!.lit);

const lanterns = Array.from({ length: SIDE * SIDE }, (_, at) => {
  const lantern = document.createElement("button");
  lantern.ariaLabel = `Row ${Math.floor(at / SIDE) + 1}, column ${(at % SIDE) + 1}`;
  lantern.addEventListener("click", () => touch(at));
  return lantern;
});
field.append(...lanterns);
show();

function touch(at: number): void {
  board.touch(at);
  if (board.isDark && level < levels.length - 1) board = new Board(levels[++level]!.lit);
  show();
}

function show(): void {
  told.textContent = board.isDark ? "All is dark. Good night!" : `${levels[level]!.name}: put out every lantern`;
  lanterns.forEach((lantern, at) => lantern.setAttribute("aria-pressed", String(board.lit[at])));
}
