import { SRGBColorSpace, TextureLoader, type Group, type Texture } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import planks from "./textures/planks.png";

export async function loadRoof(): Promise<Group> {
  const { scene } = await new GLTFLoader().setPath("models/").loadAsync("roof.gltf");
  return scene;
}

export async function paint(): Promise<Texture> {
  const texture = await new TextureLoader().loadAsync(planks);
  texture.colorSpace = SRGBColorSpace;
  return texture;
}
