import { Scene } from "phaser";

export class Loading extends Scene {
  constructor() {
    super("Loading");
  }

  init(): void {
    this.add.image(200, 140, "sky");
  }

  preload(): void {
    this.load.setPath("assets");
    for (const name of ["stone", "heron"]) this.load.image(name, `${name}.png`);
    this.load.json("stones", "stones.json");
  }

  create(): void {
    this.scene.start("Stones");
  }
}
