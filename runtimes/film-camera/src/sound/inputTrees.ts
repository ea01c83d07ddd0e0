/**
 * Sums sounds in an order of their own: a browser adds what is connected to a node in an order that differs from run to run, and so does the
 * rounding. Of two inputs the order does not matter, so each node that more than two are connected to gets a tree of gains in front of it.
 */

type Call = (...args: unknown[]) => unknown;
type Place = AudioNode | AudioParam;

/** The browser's own ways, past the trees. */
interface Wires {
  join(from: AudioNode, to: AudioNode): void;
  part(from: AudioNode): void;
}

interface Leaf {
  gain: GainNode;
  free: boolean;
}

export class InputTrees {
  private readonly trees = new WeakMap<Place, Map<number, Tree>>();
  private readonly connect: Call = AudioNode.prototype.connect as unknown as Call;
  private readonly disconnect: Call = AudioNode.prototype.disconnect as unknown as Call;
  private readonly wires: Wires = {
    join: (from, to) => void this.connect.call(from, to),
    part: (from) => void this.disconnect.call(from),
  };
  /** Of every node, where its outputs are connected to. */
  private readonly connected = new WeakMap<AudioNode, { to: Place; output: number; input: number; leaf: Leaf }[]>();

  install(scope: Window & typeof globalThis): void {
    const trees = this;
    const { prototype } = scope.AudioNode;
    prototype.connect = function (this: AudioNode, to: Place, output?: number, input?: number) {
      trees.join(this, to, output ?? 0, input ?? 0);
      return to instanceof scope.AudioNode ? to : undefined;
    } as AudioNode["connect"];
    prototype.disconnect = function (this: AudioNode, to?: Place | number, output?: number, input?: number) {
      trees.part(this, to, output, input);
    } as AudioNode["disconnect"];
  }

  private join(from: AudioNode, to: Place, output: number, input: number): void {
    const known = this.connected.get(from) ?? [];
    if (known.some((one) => one.to === to && one.output === output && one.input === input)) return;
    const inputs = this.trees.get(to) ?? new Map<number, Tree>();
    this.trees.set(to, inputs);
    let tree = inputs.get(input);
    if (!tree) inputs.set(input, (tree = new Tree(from.context, this.wires, (root) => this.attach(root, to, input))));
    const leaf = tree.leaf();
    this.connect.call(from, leaf.gain, output);
    this.connected.set(from, [...known, { to, output, input, leaf }]);
  }

  private attach(root: GainNode, to: Place, input: number): void {
    if (to instanceof AudioNode) this.connect.call(root, to, 0, input);
    else this.connect.call(root, to);
  }

  /** Like `disconnect`: from everything, from one output, or from one place. */
  private part(from: AudioNode, to?: Place | number, output?: number, input?: number): void {
    const known = this.connected.get(from) ?? [];
    const goes = (one: (typeof known)[number]): boolean => {
      if (to === undefined) return true;
      if (typeof to === "number") return one.output === to;
      return one.to === to && (output ?? one.output) === one.output && (input ?? one.input) === one.input;
    };
    const gone = known.filter(goes);
    if (gone.length === 0 && to !== undefined && typeof to !== "number")
      throw new DOMException("The given destination is not connected.", "InvalidAccessError");
    for (const { leaf, output: ofOutput } of gone) {
      this.disconnect.call(from, leaf.gain, ofOutput);
      leaf.free = true;
    }
    this.connected.set(
      from,
      known.filter((one) => !goes(one)),
    );
  }
}

/** A tree that doubles when it is full. */
class Tree {
  private root: GainNode | null = null;
  private readonly leaves: Leaf[] = [];

  constructor(
    private readonly context: BaseAudioContext,
    private readonly wires: Wires,
    private readonly attach: (root: GainNode) => void,
  ) {}

  leaf(): Leaf {
    let leaf = this.leaves.find(({ free }) => free);
    if (!leaf) leaf = this.grow();
    leaf.free = false;
    return leaf;
  }

  private grow(): Leaf {
    const { context, root } = this;
    if (!root) {
      this.root = context.createGain();
      this.attach(this.root);
      this.leaves.push({ gain: this.root, free: true });
      return this.leaves[0] as Leaf;
    }
    // The old root becomes one half of a new one; the other half is as large.
    const top = context.createGain();
    this.wires.part(root);
    this.wires.join(root, top);
    this.attach(top);
    this.root = top;
    const first = this.leaves.length;
    this.half(top, this.leaves.length);
    return this.leaves[first] as Leaf;
  }

  private half(parent: GainNode, leaves: number): void {
    const gain = this.context.createGain();
    this.wires.join(gain, parent);
    if (leaves === 1) this.leaves.push({ gain, free: true });
    else for (let side = 0; side < 2; side++) this.half(gain, leaves / 2);
  }
}
