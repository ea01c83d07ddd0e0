import assert from "node:assert/strict";
import { test } from "node:test";
import { Pauses, type Reason } from "../src/core/pauses";
import { SceneChange } from "../src/game/sceneChange";

/** Notes what is opened, and answers as it is told to. */
function opening(result: Promise<void> = Promise.resolve()): [string[], (name: string) => Promise<void>] {
  const names: string[] = [];
  return [names, (name) => (names.push(name), result)];
}

test("a change is made once, and its promise ends as the change does", async () => {
  const change = new SceneChange();
  const [names, open] = opening();
  const done = change.ask("a");
  change.apply(open);
  change.apply(open);
  await done;
  assert.deepEqual(names, ["a"]);
  const failing = change.ask("b");
  change.apply(() => Promise.reject(new Error("no such scene")));
  await assert.rejects(failing, /no such scene/);
});

test("the later of two scenes wins, and whoever waits for the earlier one is told", async () => {
  const change = new SceneChange();
  const [names, open] = opening();
  const [first, second] = [change.ask("a"), change.ask("b")];
  change.apply(open);
  await assert.rejects(first, { name: "AbortError", message: /“a”/ });
  await second;
  assert.deepEqual(names, ["b"]);
});

test("to lose is no error that nobody has handled", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  const change = new SceneChange();
  void change.ask("a");
  void change.ask("b");
  change.apply(opening()[1]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
});

test("two who ask for the same scene both get it", async () => {
  const change = new SceneChange();
  const [names, open] = opening();
  const both = [change.ask("a"), change.ask("a")];
  change.apply(open);
  await Promise.all(both);
  assert.deepEqual(names, ["a"]);
});

test("a change that is asked for while another is under way comes after it", async () => {
  const change = new SceneChange();
  const [names, open] = opening();
  void change.ask("a");
  change.apply(open);
  const next = change.ask("b");
  change.apply(open);
  await next;
  assert.deepEqual(names, ["a", "b"]);
});

test("a change that will never be made says so", async () => {
  const change = new SceneChange();
  const waiting = change.ask("a");
  change.cancel(new Error("the game has ended"));
  await assert.rejects(waiting, /ended/);
});

test("scenes change while only time stands still", () => {
  const blocking = (reason: Reason): boolean => {
    const pauses = new Pauses(() => undefined);
    pauses.add(reason);
    return pauses.blockSceneChange;
  };
  const reasons: Reason[] = ["hidden", "menu", "script", "context", "error", "loading", "quit"];
  assert.deepEqual(reasons.filter(blocking), ["context", "error", "loading", "quit"]);
});
