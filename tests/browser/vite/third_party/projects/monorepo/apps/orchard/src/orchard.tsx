import { createWorld, grow, type Tree } from "@orchard/engine";
import { Bar } from "@orchard/ui";
import { useState } from "preact/hooks";

const world = createWorld(["apple", "pear", "plum"]);

export function Orchard() {
  const [trees, setTrees] = useState<readonly Tree[]>(world);
  return (
    <section>
      {trees.map(({ kind, size }) => (
        <Bar label={kind} value={size} />
      ))}
      <button onClick={() => setTrees(grow)}>A year</button>
    </section>
  );
}
