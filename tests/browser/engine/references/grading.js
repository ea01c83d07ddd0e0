// Brightness, then saturation, then contrast about the middle grey, on the finished colours.
import { ShaderPass } from "three/addons/postprocessing/ShaderPass.js";
import { camera, composed, stage, subjects } from "./kit.js";

export default async function build({ renderer, width, height }) {
  const shader = {
    uniforms: { tDiffuse: { value: null } },
    vertexShader: "varying vec2 at; void main() { at = uv; gl_Position = vec4(position.xy, 0.0, 1.0); }",
    fragmentShader: `
      uniform sampler2D tDiffuse;
      varying vec2 at;
      void main() {
        vec3 color = texture2D(tDiffuse, at).rgb * 1.3;
        float luma = dot(color, vec3(0.2126, 0.7152, 0.0722));
        color = luma + (color - luma) * 0.4;
        gl_FragColor = vec4(clamp(0.5 + (color - 0.5) * 1.3, 0.0, 1.0), 1.0);
      }`,
  };
  return {
    scene: subjects(stage("#4080c0")),
    camera: camera(width, height),
    compose: await composed(renderer, width, height, () => ({ after: [new ShaderPass(shader)] })),
  };
}
