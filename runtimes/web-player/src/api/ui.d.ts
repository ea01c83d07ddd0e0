/**
 * HUDs in JSX: what `import … from "@aethel/ui"` gives a game's scripts.
 *
 * Put this file anywhere in your project, and set `"jsx": "react-jsx"` and `"jsxImportSource": "@aethel/ui"` in your tsconfig.json; the export
 * itself needs neither. A component that is named like its file below `Content/Scripts/UI/` is shown above the picture:
 *
 * ```tsx
 * import { useEffect, useState } from "@aethel/ui";
 *
 * export function Score() {
 *   const [points, setPoints] = useState(0);
 *   useEffect(() => listen(setPoints), []);
 *   return <div className="score" style={{ width: `${points}%` }}>{points}</div>;
 * }
 * ```
 */
declare module "@aethel/ui" {
  /** What a component gives back, and what stands between two tags. */
  export type Node = object | string | number | bigint | boolean | null | undefined | Node[];

  export function useState<S>(initial: S | (() => S)): [S, (next: S | ((before: S) => S)) => void];
  export function useState<S = undefined>(): [S | undefined, (next: S | undefined) => void];
  /** Runs after the component has been shown, and again when one of `inputs` has changed. What it returns undoes it. */
  export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useLayoutEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useMemo<T>(make: () => T, inputs?: readonly unknown[]): T;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  export function useCallback<T extends (...given: any[]) => unknown>(callback: T, inputs: readonly unknown[]): T;
  export function useRef<T>(initial: T): { current: T };
  export function useReducer<S, A>(reduce: (before: S, action: A) => S, initial: S): [S, (action: A) => void];
  export function createContext<T>(byDefault: T): {
    Provider: (props: { value: T; children?: Node }) => Node;
  };
  export function useContext<T>(context: { Provider: (props: { value: T; children?: Node }) => Node }): T;

  /** A component as a class. */
  export abstract class UIComponent<P = object, S = object> {
    constructor(props?: P);
    readonly props: Readonly<P> & { children?: Node };
    state: S;
    setState(next: Partial<S>): void;
    abstract render(): Node;
    componentDidMount?(): void;
    componentWillUnmount?(): void;
  }

  export function Fragment(props: { children?: Node }): Node;
}

declare module "@aethel/ui/jsx-runtime" {
  export namespace JSX {
    type Element = object;
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    type ElementType =
      string | ((props: any) => import("@aethel/ui").Node) | (new (props: any) => { render(): unknown });
    interface ElementChildrenAttribute {
      children: unknown;
    }
    interface IntrinsicAttributes {
      key?: string | number;
    }
    interface IntrinsicElements {
      /** Any element of HTML or SVG: `className`, `style` (a text or an object), `onClick`, … */
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      [name: string]: any;
    }
  }
  export const jsx: unknown;
  export const jsxs: unknown;
  export const Fragment: unknown;
}
