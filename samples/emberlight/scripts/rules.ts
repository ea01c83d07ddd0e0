/** The rules and the screen: title, counters, hints, the next level, the end. */

import { Script, audio, game, input, scene, time } from "aethel";
import { EMBER_POINTS, LOST_POINTS, QUICK_POINTS, QUICK_SECONDS, best, keepBest, night, startOver } from "./night";

const HINT_S = 2.5;
const NEXT_AFTER_S = 3.5;

export default class Rules extends Script {
  private total = 0;
  private began = 0;
  private hushes = (): void => undefined;
  private forgets: (() => void)[] = [];

  async start(): Promise<void> {
    this.total = scene.findByTag("ember").length;
    this.began = time.now;
    this.forgets = [
      game.on("ember", () => this.gain(EMBER_POINTS)),
      game.on("hurt", (reason) => this.lose(String(reason))),
      game.on("hint", (text) => this.hint(String(text))),
      game.on("lit", (next) => void this.finish(next as string | null)),
    ];
    this.show();
    if (night().playing) this.hint("Light the last beacon");
    else await this.title();
  }

  update(): void {
    if (!night().playing && this.waiting && input.pressed("jump")) this.play();
  }

  destroyed(): void {
    for (const forget of this.forgets) forget();
  }

  private waiting = false;

  private async title(): Promise<void> {
    const known = await best();
    this.headline("Emberlight");
    game.ui.text("story", "Bring every ember to the lighthouse", "center");
    const fingers = matchMedia("(pointer: coarse)").matches;
    game.ui.text("keys", fingers ? "The stick runs, A jumps" : "Arrows or WASD run, Space jumps", "center");
    if (known > 0) game.ui.text("best", `Best evening: ${known}`, "center");
    game.ui.button("play", "Play", () => this.play());
    this.waiting = true;
  }

  private headline(text: string): void {
    const line = game.ui.text("title", text, "center");
    if (line) Object.assign(line.style, { fontSize: "2.4em", lineHeight: "1.1" });
  }

  private play(): void {
    this.waiting = false;
    startOver();
    this.began = time.now;
    game.ui.clear();
    this.show();
    this.hint(`${this.total} embers glow on these isles`);
  }

  private show(): void {
    const left = scene.findByTag("ember").filter((ember) => ember.alive).length;
    game.ui.text("embers", `Embers ${this.total - left} / ${this.total}`, "top left");
    game.ui.text("score", night().score, "top right");
  }

  private gain(points: number): void {
    night().score += points;
    // The ember that was just gathered is there until the frame ends.
    time.after(0, () => this.show());
  }

  private lose(reason: string): void {
    night().score = Math.max(0, night().score - LOST_POINTS);
    audio.play("lost", { volume: 0.5 });
    this.show();
    this.hint(reason);
  }

  private hint(text: string): void {
    this.hushes();
    game.ui.text("hint", text, "top");
    this.hushes = time.after(HINT_S, () => game.ui.text("hint", null));
  }

  private async finish(next: string | null): Promise<void> {
    const quick = Math.max(0, Math.round(QUICK_SECONDS - (time.now - this.began)));
    this.gain(quick * QUICK_POINTS);
    this.hint(quick > 0 ? `Lit! ${quick} seconds to spare: +${quick * QUICK_POINTS}` : "Lit!");
    if (next !== null) {
      time.after(NEXT_AFTER_S, () => void scene.load(next));
      return;
    }
    const score = night().score;
    const known = await keepBest(score);
    this.headline("Both lights are burning");
    game.ui.text("result", `${score} points · best ${known}`, "center");
    game.ui.button("again", "Again", () => {
      startOver();
      void scene.load("shore");
    });
  }
}
