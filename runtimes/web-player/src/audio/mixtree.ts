/**
 * A mixer whose sum is the same in every run. Browsers add the inputs of a node in an order that differs from run to run, and so
 * does the rounding; of two inputs the order does not matter. So every node of this tree has two, and every voice has a leaf of its own.
 */
export class MixTree {
  private readonly leaves: GainNode[] = [];
  private readonly users: (object | null)[] = [];

  constructor(context: BaseAudioContext, destination: AudioNode, depth: number) {
    this.grow(context, destination, depth);
    this.users = this.leaves.map(() => null);
  }

  private grow(context: BaseAudioContext, destination: AudioNode, depth: number): void {
    const node = context.createGain();
    node.connect(destination);
    if (depth === 0) this.leaves.push(node);
    else for (let side = 0; side < 2; side++) this.grow(context, node, depth - 1);
  }

  /** Returns a free leaf, or null when all are taken. */
  allocate(user: object): GainNode | null {
    const free = this.users.indexOf(null);
    if (free < 0) return null;
    this.users[free] = user;
    return this.leaves[free] as GainNode;
  }

  release(user: object): void {
    const taken = this.users.indexOf(user);
    if (taken >= 0) this.users[taken] = null;
  }
}
