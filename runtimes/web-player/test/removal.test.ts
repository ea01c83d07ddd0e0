import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { AudioSource } from "../src/components/AudioSource";
import { MeshRenderer } from "../src/components/MeshRenderer";
import type { Entity } from "../src/scene/entity";
import { play, settle, type Playing } from "./playing";

const RED = { meshId: "primitive:box", materialIds: ["red.json"] };
const BLUE = { meshId: "primitive:sphere", materialIds: ["blue.json"] };
const FILES = { "assets/red.json": '{"color": "#ff0000"}', "assets/blue.json": '{"color": "#0000ff"}' };

/** An entity whose mesh waits for `red.json`. */
async function loading(t: TestContext): Promise<Playing & { entity: Entity; release: () => Promise<void> }> {
  const playing = await play(t, FILES, ["assets/gone.json"]);
  const letGo = playing.host.hold("assets/red.json");
  const asked = playing.host.request("assets/red.json");
  const entity = playing.scene.create({ components: [{ type: "MeshRenderer", data: RED }] });
  const component = entity.component(MeshRenderer) as MeshRenderer;
  await asked;
  const release = async (): Promise<void> => {
    letGo();
    await component.load();
    await settle();
  };
  return { ...playing, entity, release };
}

test("what has been loaded is attached", async (t) => {
  const { entity, release } = await loading(t);
  const component = entity.component(MeshRenderer);
  assert.equal(component?.attached, false);
  await release();
  assert.deepEqual([component?.attached, entity.object3D.children.length], [true, 1]);
});

test("a component that is removed while it loads is never attached", async (t) => {
  const { entity, release } = await loading(t);
  const component = entity.component(MeshRenderer);
  entity.removeComponent("MeshRenderer");
  await release();
  assert.deepEqual([component?.attached, component?.root, entity.object3D.children.length], [false, null, 0]);
});

test("a component that takes the place of one that loads is the only one that is attached", async (t) => {
  const { entity, release } = await loading(t);
  entity.removeComponent("MeshRenderer");
  entity.addComponent("MeshRenderer", BLUE);
  await release();
  await entity.component(MeshRenderer)?.load();
  await settle();
  assert.deepEqual([entity.object3D.children.length, entity.component(MeshRenderer)?.color], [1, "#0000ff"]);
});

test("an entity that is destroyed while it loads stays empty", async (t) => {
  const { entity, scene, release } = await loading(t);
  entity.destroy();
  scene.removeDestroyed();
  await release();
  assert.deepEqual([entity.alive, entity.object3D.children.length], [false, 0]);
});

test("a scene that is left while it loads stays empty", async (t) => {
  const { entity, scene, release } = await loading(t);
  scene.dispose();
  await release();
  assert.deepEqual([entity.alive, entity.object3D.children.length, scene.root.children.length], [false, 0, 0]);
});

test("what fails to load is reported, unless nobody waits for it any more", async (t) => {
  const error = t.mock.method(console, "error", () => undefined);
  const { scene, problems } = await play(t, {}, ["assets/gone.json"]);
  const make = (): [Entity, Promise<unknown> | undefined] => {
    const entity = scene.create({
      components: [{ type: "MeshRenderer", data: { ...RED, materialIds: ["gone.json"] } }],
    });
    return [entity, entity.component(MeshRenderer)?.load()];
  };
  const [removed, first] = make();
  removed.removeComponent("MeshRenderer");
  await assert.rejects(async () => first);
  await settle();
  assert.deepEqual(problems.all, []);
  const [, second] = make();
  await assert.rejects(async () => second);
  await settle();
  assert.equal(problems.all.length, 1);
  assert.equal(error.mock.callCount(), 1);
});

test("an entity that has gone takes no more components", async (t) => {
  const { scene } = await play(t, FILES);
  const entity = scene.create({});
  entity.destroy();
  scene.removeDestroyed();
  const added = entity.addComponent("Light");
  assert.deepEqual([added.attached, entity.object3D.children.length], [false, 0]);
});

test("a sound that waits for its clip ends with its component, and with all others", async (t) => {
  const { scene, host, audio } = await play(t, { "assets/hum.wav": "no sound, but it never gets that far" });
  host.hold("assets/hum.wav");
  const source = (): AudioSource =>
    scene.create({}).addComponent("AudioSource", { clipId: "hum.wav", loop: true }) as AudioSource;
  const [removed, stopped] = [source(), source()];
  removed.play();
  stopped.play();
  assert.deepEqual([removed.playing, stopped.playing], [true, true]);
  removed.entity.removeComponent("AudioSource");
  assert.deepEqual([removed.playing, stopped.playing], [false, true]);
  audio.stopAll();
  assert.equal(stopped.playing, false);
  removed.play();
  assert.equal(removed.playing, false);
});

test("a sound that cannot be loaded does not play for ever", async (t) => {
  t.mock.method(console, "warn", () => undefined);
  const { audio } = await play(t, {}, ["assets/gone.wav"]);
  const voice = audio.play("gone.wav", {});
  assert.equal(voice.playing, true);
  while (voice.playing) await settle();
});
