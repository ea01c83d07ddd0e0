/** Meshes compressed by meshoptimizer: a chunk of its own. */

import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";

export { MeshoptDecoder };
