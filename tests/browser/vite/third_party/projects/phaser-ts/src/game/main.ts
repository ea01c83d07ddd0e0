import { Game, Scale, WEBGL, type Types } from "phaser";
import { Boot } from "./scenes/Boot";
import { Loading } from "./scenes/Loading";
import { Stones } from "./scenes/Stones";

const config: Types.Core.GameConfig = {
  type: WEBGL,
  width: 400,
  height: 280,
  backgroundColor: "#2a9d8f",
  banner: false,
  audio: { noAudio: true },
  scale: { mode: Scale.NONE },
  physics: { default: "arcade", arcade: { gravity: { x: 0, y: 300 } } },
  scene: [Boot, Loading, Stones],
};

export const start = (parent: string): Game => new Game({ ...config, parent });
