/**
 * `threefry(key, counter)`: two random words, those of the tensor package's generator.
 * @source Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3. SC 2011, section 3.3.
 */
export const threefry = `fn threefry_rounds(words: vec2<u32>, rotations: vec4<u32>) -> vec2<u32> {
  var x = words;
  for (var i = 0u; i < 4u; i++) {
    x.x += x.y;
    x.y = ((x.y << rotations[i]) | (x.y >> (32u - rotations[i]))) ^ x.x;
  }
  return x;
}
fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  let even = vec4<u32>(13u, 15u, 26u, 6u);
  let odd = vec4<u32>(17u, 29u, 16u, 24u);
  let last = key.x ^ key.y ^ 0x1bd11bdau;
  var x = counter + key;
  x = threefry_rounds(x, even) + vec2<u32>(key.y, last + 1u);
  x = threefry_rounds(x, odd) + vec2<u32>(last, key.x + 2u);
  x = threefry_rounds(x, even) + vec2<u32>(key.x, key.y + 3u);
  x = threefry_rounds(x, odd) + vec2<u32>(key.y, last + 4u);
  return threefry_rounds(x, even) + vec2<u32>(last, key.x + 5u);
}`
