/** `multiply(a, b)` and `conjugate(z)` of complex numbers. */
export const complexFunctions = `fn multiply(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}
fn conjugate(z: vec2<f32>) -> vec2<f32> { return vec2<f32>(z.x, -z.y); }`
