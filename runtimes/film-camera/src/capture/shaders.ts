/** The camera's shaders. Row 0 of every texture is the picture's top, but of what was taken of a canvas: there it is its bottom. */

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
  bool within = all(greaterThanEqual(at, vec2(0.0))) && all(lessThan(at, vec2(1.0)));
  vec4 over = within ? texture(picture, vec2(at.x, 1.0 - at.y)) : vec4(0.0);
  colour = over + ground * (1.0 - over.a);
  if (!overlaid) return;
  vec4 top = texelFetch(overlay, ivec2(gl_FragCoord.xy), 0);
  colour = top + colour * (1.0 - top.a);
}`;

/** Whole pictures: those that were placed, or those of a canvas that is all of the picture, on what lies behind it. */
const SOURCE = `
uniform sampler2D picture;
uniform vec4 ground;
uniform ivec2 rows; // which one is the first, and the way to the next one
vec4 source(int x, int y) {
  vec4 c = texelFetch(picture, ivec2(x, rows.x + rows.y * y), 0);
  return c + ground * (1.0 - c.a);
}
`;

const LIGHT = `
vec3 toLight(vec3 c) { return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c)); }
vec3 toCode(vec3 c) { return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c)); }
`;

/** Averages boxes of the supersampled picture, as light, and adds the share of one picture of the shutter's time. */
export const GATHER = `${HEAD}${LIGHT}${SOURCE}
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
      vec4 c = source(at.x * side + x, at.y * side + y);
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
export const STRAIGHT = `${HEAD}${SOURCE}
uniform bool opaque;
out vec4 colour;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 c = source(at.x, at.y);
  colour = opaque ? vec4(c.rgb, 1.0) : c.a > 0.0 ? vec4(c.rgb / c.a, c.a) : vec4(0.0);
}`;

const MATRIX = `${SOURCE}
uniform ivec2 size;
out vec4 colour;
// BT.709, limited range: 16 to 235, and 16 to 240 around 128.
const vec3 LUMA = vec3(0.182586, 0.614231, 0.062007);
const vec3 CB = vec3(-0.100644, -0.338572, 0.439216);
const vec3 CR = vec3(0.439216, -0.398942, -0.040274);
float luma(int x, int y) { return dot(source(x, y).rgb, LUMA) + 16.0 / 255.0; }
`;

/**
 * Planes of a picture whose width is a multiple of 8, and whose height is even: four bytes of one plane to each texel, rows of width / 4 texels.
 * Each kind of plane has a program, as a software renderer works out both sides of a branch.
 */
export const LUMA_OF_EIGHTS = `${HEAD}${MATRIX}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int x = at.x * 4;
  colour = vec4(luma(x, at.y), luma(x + 1, at.y), luma(x + 2, at.y), luma(x + 3, at.y));
}`;

// Chroma lies on the left column of each pair and between its rows, where H.264 and others have it.
export const CHROMA_OF_EIGHTS = `${HEAD}${MATRIX}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  // A row of texels holds two rows of a chroma plane; where half the height is odd, one row has the end of one plane and the beginning of the next.
  int half_row = size.x / 8;
  int right = at.x >= half_row ? 1 : 0;
  int row = (at.y - size.y) * 2 + right;
  int rows_of_plane = size.y / 2;
  bool second = row >= rows_of_plane;
  int x = (at.x - right * half_row) * 8;
  int y = (second ? row - rows_of_plane : row) * 2;
  vec3 part = second ? CR : CB;
  float columns[9]; // of which each sample has three, and its neighbour the last of them again
  for (int n = 0; n < 9; n++) {
    int column = max(x + n - 1, 0);
    columns[n] = dot(source(column, y).rgb + source(column, y + 1).rgb, part);
  }
  vec4 sides = vec4(columns[0] + columns[2], columns[2] + columns[4], columns[4] + columns[6], columns[6] + columns[8]);
  vec4 middles = vec4(columns[1], columns[3], columns[5], columns[7]);
  colour = sides * 0.125 + middles * 0.25 + 128.0 / 255.0;
}`;

/** Planes of any other picture: each byte finds its own place. */
export const PLANES = `${HEAD}${MATRIX}
uniform int texels; // in a row of the target
vec3 pixel(int x, int y) { return source(clamp(x, 0, size.x - 1), min(y, size.y - 1)).rgb; }
float chroma(int x, int y, vec3 part) {
  vec3 mean = 0.125 * (pixel(x - 1, y) + pixel(x + 1, y) + pixel(x - 1, y + 1) + pixel(x + 1, y + 1)) +
              0.25 * (pixel(x, y) + pixel(x, y + 1));
  return dot(mean, part) + 128.0 / 255.0;
}
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
