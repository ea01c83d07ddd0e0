/** An agent walks to a goal: by the shortest way over the ground of fixed colliders, around other agents. Without ground it steers straight. */

import { Euler, Quaternion, Vector3 } from "three";
import type { Vec3 } from "../math/vectors";
import { Entity } from "../scene/entity";
import { Component, fromData } from "./component";
import type { PathFinder } from "../navigation/types";
import { Route } from "./steering/route";
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

/** A part of the chunk that path finding is: there when an agent has been loaded. */
let ground: typeof import("./steering/ground") | null = null;

export class NavMeshAgent extends Component<AgentData, "navigation" | "physics"> {
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
  /** Null while none has been looked for. */
  private route: Route | null = null;
  /** How far the entity's origin is above the ground that it walks on. */
  private lift = 0;

  override load(): Promise<unknown> | undefined {
    const loading = this.services.navigation.load();
    if (ground && !loading) return undefined;
    return Promise.all([loading, import("./steering/ground").then((chunk) => (ground = chunk))]);
  }

  override update(dt: number): void {
    const { finder } = this; // the ground is that of the scene's first frame, not of when somebody sets out
    if (!this.goal || finder === undefined) return;
    const at = this.entity.worldPosition();
    const route = this.routeTo(this.destination as Vector3, at, finder);
    const next = route?.next(at, this.data.radius / 2) ?? (this.destination as Vector3);
    const offset = { x: next.x - at.x, z: next.z - at.z };
    const distance = (route?.lengthFrom(at) ?? Math.hypot(offset.x, offset.z)) - this.data.stoppingDistance;
    this.moving = distance > 1e-3;
    this.accelerate(this.moving ? this.desiredVelocity(at, offset, distance, route !== null) : { x: 0, z: 0 }, dt);
    const reached = { x: at.x + this.velocity.x * dt, y: at.y, z: at.z + this.velocity.z * dt };
    const feet = { ...reached, y: reached.y - this.lift };
    if (route) reached.y = (finder?.heightAt(feet) ?? feet.y) + this.lift;
    this.entity.setWorldPosition(reached);
    this.face(dt);
    if (!this.moving && this.velocity.lengthSq() < 1e-6 && !(this.goal instanceof Entity)) this.goal = null;
  }

  private get finder(): PathFinder | null | undefined {
    return ground && this.services.navigation.finder(this.data, ground.groundOf(this.entity.scene));
  }

  /** The way to the goal, looked for anew when that has moved; null where the agent steers by itself. */
  private routeTo(goal: Vec3, at: Vec3, finder: PathFinder | null): Route | null {
    if (!this.route || this.route.isStale(goal)) {
      if (!this.route) this.lift = at.y - (finder?.heightAt(at) ?? at.y);
      this.route = new Route(finder?.path({ ...at, y: at.y - this.lift }, goal) ?? null, goal);
    }
    return this.route.found ? this.route : null;
  }

  private desiredVelocity(at: Vector3, offset: GroundVector, distance: number, routed: boolean): GroundVector {
    const length = Math.max(Math.hypot(offset.x, offset.z), 1e-6);
    const speed = arrivalSpeed(distance, this.data.speed, this.data.acceleration);
    const straight = { x: offset.x / length, z: offset.z / length };
    const reach = Math.min(length, this.data.radius * 2 + speed * FORESIGHT_S);
    const direction = routed ? straight : freeDirection(straight, (one) => this.isFree(at, one, reach));
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
    this.route = null;
  }

  stop(): void {
    this.goal = null;
    this.moving = false;
    this.velocity.set(0, 0, 0);
  }
}

fromData(NavMeshAgent, "speed", "acceleration", "stoppingDistance");
