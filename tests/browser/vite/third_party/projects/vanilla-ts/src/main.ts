import "./style.css";
import hexagon from "./hexagon.svg";
import { Tally, type Counted } from "./tally.ts";

const app = document.querySelector<HTMLDivElement>("#app")!;
app.innerHTML = `
  <header>
    <img src="${hexagon}" alt="A hexagon" />
    <img src="${import.meta.env.BASE_URL}mark.svg" alt="A mark" />
  </header>
  <button id="count" type="button"></button>
  <output></output>
`;

const tally = new Tally(app.querySelector("#count")!);
tally.addEventListener("counted", (event) => {
  const { count } = (event as CustomEvent<Counted>).detail;
  void import("./words.ts").then(({ inWords }) => {
    app.querySelector("output")!.textContent = inWords(count);
  });
});
