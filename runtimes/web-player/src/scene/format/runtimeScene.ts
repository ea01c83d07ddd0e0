/** Runtime scenes: the older, flat shape. They are turned into levels, so that there is one way to show a scene. */

import { SceneError } from "../../core/errors";
import { checkTree, list } from "./entityData";
import type { ComponentData, EntityData, Level, LevelSettings } from "./types";
import { asObject, readSettings } from "./settings";
import { quatFromDegrees, readVec3, type Quat, type Vec3 } from "../../math/vectors";

type Json = Record<string, unknown>;

const NONE: Quat = { x: 0, y: 0, z: 0, w: 1 };
const ONE: Vec3 = { x: 1, y: 1, z: 1 };
/** The bloom that the engine's old renderer always drew. */
const BLOOM = { enabled: true, bloom: { enabled: true, intensity: 0.5, radius: 0.4, threshold: 0.85 } };

export function readRuntimeScene(name: string, json: object): Level {
  const { objects, lights, environment, camera } = json as Json;
  if (!Array.isArray(objects) && !Array.isArray(lights)) {
    throw new SceneError(
      name,
      "The file is no scene: neither “entities” (a level) nor “objects” (a runtime scene) is there.",
    );
  }
  const entities = [
    ...list(objects).map((object, index) => readObject(asObject(object), `object-${index}`)),
    ...list(lights).map((light, index) => readLight(asObject(light), `light-${index}`)),
    ...(camera ? [readCamera(asObject(camera))] : []),
  ];
  checkTree(name, entities);
  return { name, assets: [], entities, prefabs: [], settings: readEnvironment(asObject(environment)) };
}

function readObject(object: Json, fallbackId: string): EntityData {
  switch (object["type"]) {
    case "light":
      return readLight(object, fallbackId);
    case "camera":
      return {
        ...baseEntity(object, fallbackId),
        components: [{ type: "Camera", data: { fov: 75, isMain: true, ...object } }],
      };
    default:
      return { ...baseEntity(object, fallbackId), components: [...meshOf(object), ...physicsOf(object)] };
  }
}

function baseEntity(object: Json, fallbackId: string): EntityData {
  const id = String(object["id"] ?? fallbackId);
  return {
    id,
    name: typeof object["name"] === "string" ? object["name"] : id,
    parentId: null,
    position: readVec3(object["position"]),
    rotation: quatFromDegrees(readVec3(object["rotation"])),
    scale: readVec3(object["scale"], ONE),
    components: [],
    tags: [],
    layer: 0,
    active: true,
  };
}

function meshOf({ modelPath, primitive, type }: Json): ComponentData[] {
  if (type !== "mesh" && modelPath === undefined && primitive === undefined) return [];
  const meshId = typeof modelPath === "string" ? `assets/${modelPath}` : `primitive:${String(primitive ?? "cube")}`;
  return [{ type: "MeshRenderer", data: { meshId } }];
}

function physicsOf(object: Json): ComponentData[] {
  const physics = object["physics"];
  if (physics === null || typeof physics !== "object") return [];
  const { static: fixed, kinematic, shape, mass } = physics as Json;
  const collider = { type: "Collider", data: { shape: shape ?? "box", radius: 0.5, height: 2 } };
  return fixed === true
    ? [collider]
    : [{ type: "RigidBody", data: { isKinematic: kinematic === true, mass: mass ?? 1 } }, collider];
}

function readLight(light: Json, fallbackId: string): EntityData {
  const type = String(light["lightType"] ?? "point");
  const data = {
    type,
    // The old runtime read a 0 as "not given": kept, so that old scenes look as they did.
    color: light["color"] || (type === "ambient" ? "#404040" : "#ffffff"),
    intensity: light["intensity"] || (type === "ambient" ? 0.5 : 1),
    range: light["distance"] ?? 0,
    angle: light["angle"] || Math.PI / 4,
    penumbra: light["penumbra"] || 0.1,
    skyColor: light["skyColor"] || "#ffffbb",
    groundColor: light["groundColor"] || "#080820",
    castShadows: light["castShadows"] ?? true,
    target: { x: 0, y: 0, z: 0 },
  };
  return { ...baseEntity(light, fallbackId), components: [{ type: "Light", data }] };
}

function readCamera(camera: Json): EntityData {
  const data = {
    fov: camera["fov"] ?? 75,
    near: camera["near"] ?? 0.1,
    far: camera["far"] ?? 1000,
    isMain: true,
    target: camera["target"] ?? null,
  };
  const entity = baseEntity({ ...camera, id: "camera" }, "camera");
  const position = readVec3(camera["position"], { x: 0, y: 5, z: 10 });
  return {
    ...entity,
    position,
    rotation: camera["rotation"] ? entity.rotation : NONE,
    components: [{ type: "Camera", data }],
  };
}

function readEnvironment(environment: Json): LevelSettings {
  const fog = asObject(environment["fog"]);
  const settings = readSettings({
    skybox: { type: "color", color: environment["background"] ?? "#000000" },
    lighting: { ambientIntensity: 0 },
    fog: environment["fog"]
      ? { enabled: true, type: "linear", color: fog["color"] ?? "#000000", near: fog["near"], far: fog["far"] }
      : {},
    postProcessing: environment["postProcessing"] ?? BLOOM,
  });
  settings.lighting.shadowQuality = settings.physics.fixedTimestep = null; // this shape leaves them to game.json
  return settings;
}
