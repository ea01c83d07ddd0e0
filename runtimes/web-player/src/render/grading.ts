/** Colour grading: saturation, contrast about the middle grey, brightness; each 1 leaves the picture as it is. */
export const GradingShader = {
  name: "Grading",
  uniforms: { tDiffuse: { value: null }, saturation: { value: 1 }, contrast: { value: 1 }, brightness: { value: 1 } },
  vertexShader: /* glsl */ `
    varying vec2 vUv;
    void main() {
      vUv = uv;
      gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
    }`,
  fragmentShader: /* glsl */ `
    uniform sampler2D tDiffuse;
    uniform float saturation, contrast, brightness;
    varying vec2 vUv;
    void main() {
      vec4 texel = texture2D(tDiffuse, vUv);
      vec3 color = texel.rgb * brightness;
      color = mix(vec3(dot(color, vec3(0.2126, 0.7152, 0.0722))), color, saturation);
      color = (color - 0.5) * contrast + 0.5;
      gl_FragColor = vec4(clamp(color, 0.0, 1.0), texel.a);
    }`,
};
