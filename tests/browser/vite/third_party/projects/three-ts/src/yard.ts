import RAPIER, { type RigidBody, type World } from "@dimforge/rapier3d-compat";

export class Yard {
  private constructor(
    readonly world: World,
    readonly crates: readonly RigidBody[],
  ) {}

  static async create(): Promise<Yard> {
    await RAPIER.init();
    const world = new RAPIER.World({ x: 0, y: -9.81, z: 0 });
    world.createCollider(RAPIER.ColliderDesc.cuboid(4, 0.1, 4).setTranslation(0, -0.1, 0));
    const crates = [0.5, 1.8, 3.1].map((y, n) => {
      const body = world.createRigidBody(
        RAPIER.RigidBodyDesc.dynamic().setTranslation(0.2 * n, y, 0),
      );
      world.createCollider(RAPIER.ColliderDesc.cuboid(0.5, 0.5, 0.5), body);
      return body;
    });
    return new Yard(world, crates);
  }

  kick(): void {
    this.crates[2]!.applyImpulse({ x: 2, y: 3, z: 0 }, true);
  }
}
