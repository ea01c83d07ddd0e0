import { Component, Input, RigidBody2D } from "@aethel/core";

import { climb, climber, touch } from "../Systems";
import { Figure } from "./Figure";

const ABYSS = -9;

/** Runs and jumps; whoever falls is back where they stood last. */
export class Climber extends Component {
  speed = 7;
  leap = 14;
  grace = 0.1; // seconds after an edge in which a jump still works, and before landing in which it is remembered

  private body!: RigidBody2D;
  private figure!: Figure;
  private grounds = 0;
  private sinceGround = 1;
  private sinceWish = 1;
  private wasTouched = false;
  private attempt = 0;
  private start = { x: 0, y: 0 };
  private safe = { x: 0, y: 0 };

  onStart() {
    this.body = this.getComponent(RigidBody2D);
    this.figure = this.getComponentInChildren(Figure);
    this.start = { x: this.transform.position.x, y: this.transform.position.y };
    this.safe = this.start;
    climb.restart();
    this.attempt = climb.attempt;
  }

  onUpdate(delta: number) {
    if (Input.getButtonDown("Restart")) climb.restart();
    if (this.attempt !== climb.attempt) {
      this.attempt = climb.attempt;
      this.safe = this.start;
      this.stand(this.start);
    }
    this.run();
    this.jump(delta);
    const { position } = this.transform;
    if (position.y < ABYSS) this.stand(this.safe);
    climber.x = position.x;
    climber.y = position.y;
    climb.tick(delta);
  }

  onCollisionEnter(hit: Collision2D) {
    if (hit.normal.y < 0.7) return;
    this.grounds++;
    this.figure.land();
    this.safe = { x: this.transform.position.x, y: this.transform.position.y + 0.6 };
  }

  onCollisionExit() {
    this.grounds = Math.max(0, this.grounds - 1);
  }

  private run() {
    const touched = Number(touch.right) - Number(touch.left);
    const wish = Math.clamp(Input.getAxis("Horizontal") + touched, -1, 1);
    this.body.velocity.x = wish * this.speed;
    this.figure.go(wish);
    if (wish !== 0 && !climb.hasBegun) climb.begin();
  }

  private jump(delta: number) {
    const isTouched = touch.jump && !this.wasTouched;
    const isReleased = !touch.jump && this.wasTouched;
    this.wasTouched = touch.jump;
    const isStanding = this.grounds > 0 && Math.abs(this.body.velocity.y) < 0.5;
    this.sinceGround = isStanding ? 0 : this.sinceGround + delta;
    this.sinceWish = Input.getButtonDown("Jump") || isTouched ? 0 : this.sinceWish + delta;
    if (this.sinceWish <= this.grace && this.sinceGround <= this.grace) {
      this.body.velocity.y = this.leap;
      this.sinceGround = this.sinceWish = 1;
      this.figure.leap();
    }
    const letGo = Input.getButtonUp("Jump") || isReleased;
    if (letGo && this.body.velocity.y > 0) this.body.velocity.y *= 0.5;
  }

  private stand(place: { x: number; y: number }) {
    this.transform.position = { ...place, z: 0 };
    this.body.velocity = { x: 0, y: 0 };
  }
}
