/** An agent walks to a goal: straight, around fixed colliders and other agents. There is no path search. */

import { Euler, Quaternion, Vector3 } from "three";
import type { Vec3 } from "../math/vectors";
import { Entity } from "../scene/entity";
import { Component, fromData } from "./component";
import { approach, arrivalSpeed, freeDirection, separation, type GroundVector } from "./steering/steering";

interface AgentData {
  /** m/s. */
  speed: number;
  /** Degrees a second. */
  angularSpeed: number;
  /** m/s². */
  acceleration: number;
  /** Metres from the goal at which it has arrived. */
  stoppingDistance: number;
  radius: number;
  height: number;
  /** 0 to 99: the lower one has the right of way. */
  avoidancePriority: number;
}

/** How far ahead it looks for walls, seconds of its speed. */
const FORESIGHT_S = 0.6;

export class NavMeshAgent extends Component<AgentData, "physics"> {
  static readonly type = "NavMeshAgent";
  static readonly defaults: AgentData = {
    speed: 3.5,
    angularSpeed: 120,
    acceleration: 8,
    stoppingDistance: 0.1,
    radius: 0.5,
    height: 2,
    avoidancePriority: 50,
  };

  readonly velocity = new Vector3();
  private goal: Vec3 | Entity | null = null;
  private moving = false;

  override update(dt: number): void {
    if (!this.goal) return;
    const at = this.entity.worldPosition();
    const goal = this.destination as Vector3;
    const offset = { x: goal.x - at.x, z: goal.z - at.z };
    const distance = Math.hypot(offset.x, offset.z) - this.data.stoppingDistance;
    this.moving = distance > 1e-3;
    this.accelerate(this.moving ? this.desiredVelocity(at, offset, distance) : { x: 0, z: 0 }, dt);
    this.entity.setWorldPosition({ x: at.x + this.velocity.x * dt, y: at.y, z: at.z + this.velocity.z * dt });
    this.face(dt);
    if (!this.moving && this.velocity.lengthSq() < 1e-6 && !(this.goal instanceof Entity)) this.goal = null;
  }

  private desiredVelocity(at: Vector3, offset: GroundVector, distance: number): GroundVector {
    const length = Math.hypot(offset.x, offset.z);
    const speed = arrivalSpeed(distance, this.data.speed, this.data.acceleration);
    const straight = { x: offset.x / length, z: offset.z / length };
    const direction = freeDirection(straight, (one) =>
      this.isFree(at, one, Math.min(length, this.data.radius * 2 + speed * FORESIGHT_S)),
    );
    if (!direction) return { x: 0, z: 0 };
    const push = separation({ ...this.flat(at), radius: this.data.radius }, this.neighbours());
    return { x: (direction.x + push.x) * speed, z: (direction.z + push.z) * speed };
  }

  /** The way is free when both shoulders get through. */
  private isFree(at: Vector3, direction: GroundVector, reach: number): boolean {
    const { world } = this.services.physics;
    if (!world) return true;
    const { radius, height } = this.data;
    return [-1, 1].every((side) => {
      const origin = {
        x: at.x - direction.z * radius * side,
        y: at.y + Math.min(height / 2, 0.5),
        z: at.z + direction.x * radius * side,
      };
      return (
        world.raycast(origin, { x: direction.x, y: 0, z: direction.z }, reach, {
          ignore: this.entity,
          fixedOnly: true,
        }) === null
      );
    });
  }

  private neighbours(): { x: number; z: number; radius: number }[] {
    const others: { x: number; z: number; radius: number }[] = [];
    for (const agent of this.entity.scene.all(NavMeshAgent)) {
      if (agent === this || agent.data.avoidancePriority > this.data.avoidancePriority) continue;
      others.push({ ...this.flat(agent.entity.worldPosition()), radius: agent.data.radius });
    }
    return others;
  }

  private flat({ x, z }: Vec3): GroundVector {
    return { x, z };
  }

  private accelerate(wanted: GroundVector, dt: number): void {
    const { x, z } = approach(this.velocity, wanted, this.data.acceleration * dt);
    this.velocity.set(x, 0, z);
  }

  /** Turns the entity's −z towards where it goes. */
  private face(dt: number): void {
    if (this.velocity.lengthSq() < 1e-4) return;
    const heading = new Quaternion().setFromEuler(new Euler(0, Math.atan2(-this.velocity.x, -this.velocity.z), 0));
    this.entity.setWorldQuaternion(
      this.entity.worldQuaternion().rotateTowards(heading, (this.data.angularSpeed * Math.PI * dt) / 180),
    );
  }

  // ── For scripts ──

  declare speed: number;
  declare acceleration: number;
  declare stoppingDistance: number;

  get destination(): Vector3 | null {
    if (this.goal instanceof Entity) return this.goal.worldPosition();
    return this.goal && new Vector3(this.goal.x, this.goal.y, this.goal.z);
  }

  get arrived(): boolean {
    return !this.moving;
  }

  setDestination(target: Vec3 | Entity): void {
    this.goal = target instanceof Entity ? target : { x: target.x, y: target.y, z: target.z };
    this.moving = true;
  }

  stop(): void {
    this.goal = null;
    this.moving = false;
    this.velocity.set(0, 0, 0);
  }
}

fromData(NavMeshAgent, "speed", "acceleration", "stoppingDistance");
