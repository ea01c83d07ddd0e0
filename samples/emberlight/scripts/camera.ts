/** Follows the hero; circles the isle before the game; looks up when a beacon is lit. */

import { Script, game, scene, time, type Entity, type Vec3, type Vec3Like } from "aethel";
import { night } from "./night";

const SMOOTHING = 5; // per second

export default class FollowCamera extends Script<{ height: number; distance: number }> {
  private target: Entity | null = null;
  private gaze: Vec3 | null = null;
  private lit = false;
  private forget = (): void => undefined;

  start(): void {
    this.target = scene.find("wick");
    this.forget = game.on("lit", () => (this.lit = true));
  }

  lateUpdate(dt: number): void {
    if (!this.target) return;
    const at = this.target.worldPosition();
    const { height = 6, distance = 10 } = this.properties;
    const turn = night().playing ? 0 : time.now * 0.12;
    const away = this.lit ? distance * 1.5 : distance;
    const eye = { x: at.x + away * Math.sin(turn), y: at.y + height, z: at.z + away * Math.cos(turn) };
    const lamp = this.lit ? scene.find("lamp")?.worldPosition() : undefined;
    const goal = lamp ? middle(at, lamp) : { x: at.x, y: at.y + 1, z: at.z };
    const share = this.gaze ? 1 - Math.exp(-SMOOTHING * dt) : 1;
    this.gaze ??= this.entity.position.clone().copy(goal);
    this.entity.position.lerp(this.gaze.clone().copy(eye), share);
    this.entity.lookAt(this.gaze.lerp(goal, share));
  }

  destroyed(): void {
    this.forget();
  }
}

function middle(a: Vec3Like, b: Vec3Like): Vec3Like {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, z: (a.z + b.z) / 2 };
}
