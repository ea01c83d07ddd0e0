import { lazy, Suspense, useMemo, useReducer, useState } from "react";
import leaf from "/leaf.svg";
import pot from "./assets/pot.svg";
import styles from "./App.module.css";

const Harvest = lazy(() => import("./Harvest.tsx"));

interface Plot {
  readonly id: number;
  readonly height: number;
}

function grown(plots: readonly Plot[], id: number): readonly Plot[] {
  return plots.map((plot) => (plot.id === id ? { ...plot, height: plot.height + 12 } : plot));
}

export default function App() {
  const [plots, water] = useReducer(
    grown,
    [0, 1, 2].map((id) => ({ id, height: 12 })),
  );
  const [isPicked, setIsPicked] = useState(false);
  const total = useMemo(() => plots.reduce((sum, { height }) => sum + height, 0), [plots]);
  return (
    <>
      <img src={leaf} className={styles.logo} alt="Leaf" />
      <ul className={styles.bed}>
        {plots.map(({ id, height }) => (
          <li key={id}>
            <i className={styles.stem} style={{ height }} />
            <button type="button" onClick={() => water(id)}>
              <img src={pot} alt={`Water ${id}`} />
            </button>
          </li>
        ))}
      </ul>
      <p>{`height is ${total}`}</p>
      <button id="pick" type="button" onClick={() => setIsPicked(true)}>
        Pick
      </button>
      <Suspense fallback={<p>…</p>}>{isPicked && <Harvest weight={total / 12} />}</Suspense>
    </>
  );
}
