import { Scene } from "phaser";

export class Boot extends Scene {
  constructor() {
    super("Boot");
  }

  preload(): void {
    this.load.image("sky", "assets/sky.png");
  }

  create(): void {
    this.scene.start("Loading");
  }
}
