/** Thuds when something hits it hard. */

import { Script, audio, time, type Contact, type Entity } from "aethel";

const QUIET_S = 0.25;
const LOUD_SPEED = 6; // metres per second

export default class Crate extends Script {
  private heard = 0.5; // what settles when the level starts makes no noise

  onCollision(_other: Entity, contact: Contact): void {
    const velocity = this.entity.body?.velocity;
    if (!velocity || time.now - this.heard < QUIET_S) return;
    const speed = Math.hypot(velocity.x, velocity.y, velocity.z);
    if (speed < 1) return;
    this.heard = time.now;
    audio.play("bump", { volume: Math.min(1, speed / LOUD_SPEED), pitch: 1.2, position: contact.point });
  }
}
