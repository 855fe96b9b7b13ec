import { complexProduct } from '@gyre/fft/gpu'

/** `complex_product(a, b)` and `conjugate(z)`. */
export const complexFunctions = `${complexProduct}
fn conjugate(z: vec2<f32>) -> vec2<f32> { return vec2<f32>(z.x, -z.y); }`
