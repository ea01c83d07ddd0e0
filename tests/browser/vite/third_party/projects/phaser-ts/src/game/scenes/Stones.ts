import { Input, Scene } from "phaser";

interface Stone {
  readonly x: number;
  readonly y: number;
}

export class Stones extends Scene {
  private at = 0;

  constructor() {
    super("Stones");
  }

  create(): void {
    this.add.image(200, 140, "sky");
    const stones: Stone[] = this.cache.json.get("stones");
    const solid = this.physics.add.staticGroup();
    for (const { x, y } of stones) solid.create(x, y, "stone");
    const heron = this.physics.add.sprite(stones[0]!.x, 60, "heron");
    this.physics.add.collider(heron, solid);
    const told = this.add.rectangle(12, 12, 0, 8, 0xe76f51).setOrigin(0);
    this.input.keyboard!.on(`keydown-${"RIGHT" satisfies keyof typeof Input.Keyboard.KeyCodes}`, () => {
      this.at = Math.min(this.at + 1, stones.length - 1);
      heron.body.reset(stones[this.at]!.x, 60);
      told.width = 40 * this.at;
    });
    this.events.on("postupdate", () => {
      if (heron.body.touching.down && heron.body.velocity.y === 0) {
        document.title = `on stone ${this.at}`;
      }
    });
  }
}
