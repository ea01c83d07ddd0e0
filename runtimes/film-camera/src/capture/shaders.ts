/** The camera's shaders. Row 0 of every texture is the picture's top. */

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
`;

/** One triangle that covers everything. */
export const COVER = `${HEAD}
void main() {
  gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0.0, 1.0);
}`;

/** Lays the canvas onto the page's background, where it stands on the page, and what the page paints over it on top. All colours are premultiplied. */
export const PLACE = `${HEAD}
uniform sampler2D picture;
uniform vec4 box; // left, top, width, height in pixels of the target
uniform vec4 ground;
uniform sampler2D overlay;
uniform bool overlaid;
out vec4 colour;
void main() {
  vec2 at = (gl_FragCoord.xy - box.xy) / box.zw;
  vec4 over = all(greaterThanEqual(at, vec2(0.0))) && all(lessThan(at, vec2(1.0))) ? texture(picture, at) : vec4(0.0);
  colour = over + ground * (1.0 - over.a);
  if (!overlaid) return;
  vec4 top = texelFetch(overlay, ivec2(gl_FragCoord.xy), 0);
  colour = top + colour * (1.0 - top.a);
}`;

const LIGHT = `
vec3 toLight(vec3 c) { return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c)); }
vec3 toCode(vec3 c) { return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c)); }
`;

/** Averages boxes of the supersampled picture, as light, and adds the share of one picture of the shutter's time. */
export const GATHER = `${HEAD}${LIGHT}
uniform sampler2D picture;
uniform sampler2D before;
uniform int side;
uniform float share;
uniform bool first;
out vec4 colour;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 sum = vec4(0.0);
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++) {
      vec4 c = texelFetch(picture, at * side + ivec2(x, y), 0);
      if (c.a > 0.0) sum += vec4(toLight(c.rgb / c.a) * c.a, c.a);
    }
  colour = sum * share / float(side * side);
  if (!first) colour += texelFetch(before, at, 0);
}`;

/** Light becomes colours again, premultiplied as they came. */
export const DEVELOP = `${HEAD}${LIGHT}
uniform sampler2D picture;
out vec4 colour;
void main() {
  vec4 c = texelFetch(picture, ivec2(gl_FragCoord.xy), 0);
  colour = c.a > 0.0 ? vec4(toCode(clamp(c.rgb / c.a, 0.0, 1.0)) * c.a, c.a) : vec4(0.0);
}`;

/** Straight alpha, as files have it. */
export const STRAIGHT = `${HEAD}
uniform sampler2D picture;
uniform bool opaque;
out vec4 colour;
void main() {
  vec4 c = texelFetch(picture, ivec2(gl_FragCoord.xy), 0);
  colour = opaque ? vec4(c.rgb, 1.0) : c.a > 0.0 ? vec4(c.rgb / c.a, c.a) : vec4(0.0);
}`;

const MATRIX = `
uniform sampler2D picture;
uniform ivec2 size;
out vec4 colour;
// BT.709, limited range: 16 to 235, and 16 to 240 around 128.
const vec3 LUMA = vec3(0.182586, 0.614231, 0.062007);
const vec3 CB = vec3(-0.100644, -0.338572, 0.439216);
const vec3 CR = vec3(0.439216, -0.398942, -0.040274);
vec3 pixel(int x, int y) { return texelFetch(picture, min(ivec2(max(x, 0), y), size - 1), 0).rgb; }
float luma(int x, int y) { return dot(pixel(x, y), LUMA) + 16.0 / 255.0; }
// Chroma lies on the left column of each pair and between its rows, where H.264 and others have it.
vec3 mean(int x, int y) {
  return 0.125 * (pixel(x - 1, y) + pixel(x + 1, y) + pixel(x - 1, y + 1) + pixel(x + 1, y + 1)) +
         0.25 * (pixel(x, y) + pixel(x, y + 1));
}
float chroma(int x, int y, vec3 row) { return dot(mean(x, y), row) + 128.0 / 255.0; }
`;

/** Planes of a picture whose width is a multiple of 8: four bytes of one plane to each texel, rows of width / 4 texels. */
export const PLANES_OF_EIGHTS = `${HEAD}${MATRIX}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  if (at.y < size.y) {
    int x = at.x * 4;
    colour = vec4(luma(x, at.y), luma(x + 1, at.y), luma(x + 2, at.y), luma(x + 3, at.y));
    return;
  }
  // A row of texels holds two rows of a chroma plane; where half the height is odd, one row has the end of one plane and the beginning of the next.
  int half_row = size.x / 8;
  int row = (at.y - size.y) * 2 + (at.x >= half_row ? 1 : 0);
  int rows = size.y / 2;
  bool second = row >= rows;
  int x = (at.x % half_row) * 8;
  int y = (second ? row - rows : row) * 2;
  vec3 k = second ? CR : CB;
  colour = vec4(chroma(x, y, k), chroma(x + 2, y, k), chroma(x + 4, y, k), chroma(x + 6, y, k));
}`;

/** Planes of any other picture: each byte finds its own place. */
export const PLANES = `${HEAD}${MATRIX}
uniform int texels; // in a row of the target
float byteAt(int n) {
  int lumas = size.x * size.y;
  if (n < lumas) return luma(n % size.x, n / size.x);
  ivec2 halves = (size + 1) / 2;
  n -= lumas;
  bool second = n >= halves.x * halves.y;
  if (second) n -= halves.x * halves.y;
  if (n >= halves.x * halves.y) return 0.0;
  return chroma((n % halves.x) * 2, (n / halves.x) * 2, second ? CR : CB);
}
void main() {
  int n = (int(gl_FragCoord.y) * texels + int(gl_FragCoord.x)) * 4;
  colour = vec4(byteAt(n), byteAt(n + 1), byteAt(n + 2), byteAt(n + 3));
}`;
