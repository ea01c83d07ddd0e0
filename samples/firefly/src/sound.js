/** Sounds, from the first gesture on; silent where the browser has none. */

const NAMES = ["collect", "star", "hurt", "night"];

export class Sound {
  #players = new Map();
  #muted = false;

  /** Call it in a gesture: browsers let nobody play before. */
  start() {
    if (this.#players.size === 0) {
      for (const name of NAMES) {
        const player = new Audio(`assets/sounds/${name}.wav`);
        player.volume = name === "night" ? 0.35 : 0.7;
        player.loop = name === "night";
        this.#players.set(name, player);
      }
    }
    this.play("night");
  }

  play(name) {
    const player = this.#players.get(name);
    if (!player) return;
    if (!player.loop) player.currentTime = 0;
    player.muted = this.#muted;
    player.play().catch(() => {}); // no device, or not allowed yet: the game goes on without
  }

  pause() {
    this.#players.get("night")?.pause();
  }

  toggle() {
    this.#muted = !this.#muted;
    for (const player of this.#players.values()) player.muted = this.#muted;
  }
}
