varying vec2 place;

void main() {
  vec2 tile = floor(place);
  float odd = mod(tile.x + tile.y, 2.0);
  gl_FragColor = vec4(mix(vec3(0.16, 0.62, 0.56), vec3(0.91, 0.77, 0.42), odd), 1.0);
}
