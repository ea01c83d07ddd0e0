/** A scene in node: real components and assets, fetched from a real host that may be slow. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { WebGLRenderer } from "three";
import { Downloads } from "../src/assets/downloads";
import { Library } from "../src/assets/library";
import { AudioEngine } from "../src/audio/engine";
import { componentFactory } from "../src/components";
import type { Component } from "../src/components/component";
import { Events } from "../src/core/events";
import { DEFAULT_CONFIG } from "../src/core/manifest";
import { Problems } from "../src/core/problems";
import { Random } from "../src/core/random";
import { SceneNavigation } from "../src/navigation/sceneNavigation";
import { ScenePhysics } from "../src/physics/scenePhysics";
import { Quality } from "../src/render/quality";
import { readSettings } from "../src/scene/format/settings";
import { Scene } from "../src/scene/scene";
import { Bundle } from "../src/scripts/bundle";

/** Serves files by path; those that are held answer when they are released. */
class Host {
  private readonly held = new Map<string, Promise<void>>();
  private readonly asked = new Map<string, () => void>();

  constructor(private readonly files: Record<string, string | Buffer>) {}

  /** Returns what lets the file go. */
  hold(path: string): () => void {
    let release!: () => void;
    this.held.set(path, new Promise((resolve) => (release = resolve)));
    return release;
  }

  /** Resolves when somebody asks for the file. */
  request(path: string): Promise<void> {
    return new Promise((resolve) => this.asked.set(path, resolve));
  }

  async listen(t: TestContext): Promise<string> {
    const server = createServer((request, response) => {
      const path = decodeURIComponent((request.url ?? "").slice(1));
      this.asked.get(path)?.();
      void (this.held.get(path) ?? Promise.resolve()).then(() => {
        response.statusCode = path in this.files ? 200 : 404;
        response.end(this.files[path]);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
}

export interface Playing {
  scene: Scene;
  library: Library;
  host: Host;
  audio: AudioEngine;
  problems: Problems;
}

/** An empty scene whose project has these files and which has these settings; `absent` files are promised, but not there. */
export async function play(
  t: TestContext,
  files: Record<string, string | Buffer>,
  absent: string[] = [],
  given: object = {},
): Promise<Playing> {
  const host = new Host(files);
  const known = Object.fromEntries([...Object.keys(files), ...absent].map((path) => [path, { size: 0 }]));
  const downloads = new Downloads(await host.listen(t), known);
  const library = new Library(downloads, null as unknown as WebGLRenderer, Infinity);
  const problems = new Problems(new Events(), null, () => []);
  const settings = readSettings(given);
  const audio = new AudioEngine(downloads, (reference, requester) => library.path(reference, requester), {
    ...{ master: 1, music: 1, sfx: 1, voice: 1 },
  });
  const factory = componentFactory({
    ...{ audio, library, problems, random: new Random(1), scripts: new Bundle() },
    navigation: new SceneNavigation(downloads, problems, null),
    physics: new ScenePhysics(settings.physics.gravity, downloads, problems),
    quality: new Quality("high", DEFAULT_CONFIG),
    viewport: { size: { width: 640, height: 360 }, aspect: 16 / 9 },
  });
  const level = { name: "test", assets: [], entities: [], prefabs: [], settings };
  return { scene: new Scene(level, factory, problems), library, host, audio, problems };
}

/** Lets everything happen that has no reason to wait. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until a component has been loaded and attached. */
export async function attached({ problems }: Playing, component: Component): Promise<void> {
  while (!component.attached) {
    if (component.disposed || problems.all.length) throw new Error(problems.all.join("\n"));
    await settle();
  }
}
