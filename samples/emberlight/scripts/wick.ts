/** The walking lantern: runs and jumps by input, rides rafts, minds boulders and water. */

import { Script, audio, game, input, physics, scene, time, type Contact, type Entity, type Vec3Like } from "aethel";
import Boulder from "./boulder";
import { night } from "./night";
import Raft from "./raft";

const FEET = [
  [0, 0],
  [0.3, 0],
  [-0.3, 0],
  [0, 0.3],
  [0, -0.3],
] as const;
const PROBE_FROM = 0.4; // metres above the feet
const PROBE_TO = 0.14; // below them
const FORGIVING_S = 0.12; // a jump counts so long before landing, and after walking off an edge
const STUNNED_S = 0.6;
const DROWNED_Y = -0.5;

interface Ground {
  normal: Vec3Like;
  carrier: Vec3Like;
}

export default class Wick extends Script<{ speed: number; jump: number }> {
  private figure: Entity | null = null;
  private home: Vec3Like = { x: 0, y: 0, z: 0 };
  private wantsJump = -1;
  private stoodAt = -1;
  private jumpedAt = -1;
  private stunnedUntil = -1;

  start(): void {
    this.figure = this.entity.find("wick-figure");
    this.home = this.entity.worldPosition();
  }

  update(dt: number): void {
    if (input.pressed("jump")) this.wantsJump = time.now;
    const heading = this.heading();
    if (this.figure && (heading.x !== 0 || heading.z !== 0)) {
      this.figure.rotation.y = turned(this.figure.rotation.y, Math.atan2(-heading.x, -heading.z), 12 * dt);
    }
    const animator = this.figure?.animator;
    animator?.set("moving", heading.x !== 0 || heading.z !== 0);
    animator?.set("airborne", time.now - this.stoodAt > FORGIVING_S);
    if (this.entity.worldPosition().y < DROWNED_Y) this.drown();
  }

  fixedUpdate(): void {
    const body = this.entity.body;
    if (!body || time.now < this.stunnedUntil) return;
    const rising = time.now - this.jumpedAt < FORGIVING_S;
    const ground = rising ? null : this.ground();
    if (ground) this.stoodAt = time.now;
    const { x, z } = this.heading();
    const speed = this.properties.speed ?? 6;
    const carrier = ground?.carrier ?? { x: 0, y: 0, z: 0 };
    let y = body.velocity.y;
    if (ground) y = carrier.y - (speed * (x * ground.normal.x + z * ground.normal.z)) / Math.max(ground.normal.y, 0.5);
    if (time.now - this.wantsJump < FORGIVING_S && time.now - this.stoodAt < FORGIVING_S && !rising) {
      y = this.properties.jump ?? 8;
      this.jumpedAt = time.now;
      this.wantsJump = -1;
      audio.play("jump", { volume: 0.5, pitch: 0.95 + 0.1 * Math.abs(x) });
    }
    body.setVelocity({ x: x * speed + carrier.x, y, z: z * speed + carrier.z });
  }

  onCollision(other: Entity, contact: Contact): void {
    if (!other.script(Boulder) || time.now < this.stunnedUntil) return;
    this.stunnedUntil = time.now + STUNNED_S;
    this.entity.body?.setVelocity({ x: contact.normal.x * 7, y: 6, z: contact.normal.z * 7 });
    input.rumble(0.8, 0.2);
    audio.play("bump");
    game.emit("hurt", "Ouch!");
  }

  /** Where input points, in the world; at most 1 long. */
  private heading(): { x: number; z: number } {
    if (!night().playing) return { x: 0, z: 0 };
    const x = input.axis("moveX");
    const z = -input.axis("moveY");
    const length = Math.hypot(x, z);
    return length > 1 ? { x: x / length, z: z / length } : { x, z };
  }

  private ground(): Ground | null {
    const at = this.entity.worldPosition();
    for (const [x, z] of FEET) {
      const from = { x: at.x + x, y: at.y + PROBE_FROM, z: at.z + z };
      const hit = physics.raycast(from, { x: 0, y: -1, z: 0 }, PROBE_FROM + PROBE_TO, { ignore: this.entity });
      if (hit) return { normal: hit.normal, carrier: hit.entity.script(Raft)?.velocity ?? { x: 0, y: 0, z: 0 } };
    }
    return null;
  }

  private drown(): void {
    scene.spawn("spray", { position: this.entity.worldPosition() });
    audio.play("splash");
    this.entity.body?.teleport({ x: this.home.x, y: this.home.y + 0.5, z: this.home.z });
    this.entity.body?.setVelocity({ x: 0, y: 0, z: 0 });
    game.emit("hurt", "Brr, cold!");
  }
}

/** An angle moved towards another the short way; `share` of the way, at most all of it. */
function turned(from: number, to: number, share: number): number {
  const way = Math.atan2(Math.sin(to - from), Math.cos(to - from));
  return from + way * Math.min(1, share);
}
