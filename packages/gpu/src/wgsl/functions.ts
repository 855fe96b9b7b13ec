// Functions that kernels in WGSL share. A device's own may be less accurate than a tensor library should be, or wrong
// at the ends of the range.

/**
 * `keep_nan(value, x)`: the value, but NaN where x is. A device may compute as if there were no NaN: its exp makes a
 * number of one, and it takes `x != x` for false. The bits tell.
 */
export const keepNaN = `fn keep_nan(value: f32, x: f32) -> f32 {
  return select(value, x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
}`

/** tanh x, from the exponential of a number that is never above 0, so that nothing overflows; a series near 0. */
export const tanh = `fn tanh_accurate(x: f32) -> f32 {
  let magnitude = abs(x);
  let square = x * x;
  if (magnitude < 0.25) {
    return x + x * square * (-0.33333334 + square * (0.13333334 + square * (-0.05396825 + square * (0.021869488 - square * 0.0088632355))));
  }
  let decay = exp(-2.0 * magnitude);
  return sign(x) * (1.0 - decay) / (1.0 + decay);
}`

/** erf x / x = P(x²) / Q(x²) up to 3.95, where erf is 1 in float32; the coefficients are @gyre/wasm's minimax fit. */
export const erf = `fn error_function(x: f32) -> f32 {
  let bounded = clamp(x, -3.95, 3.95);
  let u = bounded * bounded;
  let p = 1.1283791 + u * (0.19154823 + u * (0.052875187 + u * (0.0038080784 + u * (0.00028468683 + u * 2.0259354e-6))));
  let q = 1.0 + u * (0.5030879 + u * (0.11455878 + u * (0.01505492 + u * (0.0011707075 + u * 3.783204e-5))));
  return clamp(bounded * p / q, -1.0, 1.0);
}`

/** 1 / (1 + e⁻ˣ), from the exponential of a number that is never above 0. */
export const sigmoid = `fn sigmoid(x: f32) -> f32 {
  let decay = exp(-abs(x));
  return select(1.0, decay, x < 0.0) / (1.0 + decay);
}`

/** x Φ(x); needs `erf`. */
export const gelu = `fn gelu(x: f32) -> f32 {
  return 0.5 * x * (1.0 + error_function(x * 0.70710678));
}`

/** Φ(x) + x φ(x); needs `erf`. */
export const geluSlope = `fn gelu_slope(x: f32) -> f32 {
  return 0.5 * (1.0 + error_function(x * 0.70710678)) + x * 0.39894228 * exp(-0.5 * x * x);
}`

/** x sigmoid(2u) with u = √(2/π) (x + 0.044715 x³); needs `sigmoid`. */
export const geluTanh = `fn gelu_tanh(x: f32) -> f32 {
  return x * sigmoid(1.5957691 * x * (1.0 + 0.044715 * x * x));
}`

/** With s = sigmoid(2u): s + x s (1 - s) (2u)'; needs `sigmoid`. */
export const geluTanhSlope = `fn gelu_tanh_slope(x: f32) -> f32 {
  let s = sigmoid(1.5957691 * x * (1.0 + 0.044715 * x * x));
  return s + x * s * (1.0 - s) * 1.5957691 * (1.0 + 0.134145 * x * x);
}`

/** s (1 + x (1 - s)) with s = sigmoid(x); needs `sigmoid`. */
export const siluSlope = `fn silu_slope(x: f32) -> f32 {
  let s = sigmoid(x);
  return s * (1.0 + x * (1.0 - s));
}`

/**
 * Sine and cosine of angles up to some ten thousand: the angle less a multiple of π/2, which is subtracted in three
 * parts, and polynomials on what is left.
 * @source Moshier: Cephes mathematical library, sinf.c (the parts of π/2 and the polynomials' coefficients).
 */
export const sineAndCosine = `fn sine_and_cosine(x: f32) -> vec2<f32> {
  let quarter = round(x * 0.63661977);
  let r = ((x - quarter * 1.5703125) - quarter * 4.8375129699707e-4) - quarter * 7.5497899548918e-8;
  let z = r * r;
  let sine = r + r * z * (-0.16666654611 + z * (8.3321608736e-3 - z * 1.9515295891e-4));
  let cosine = 1.0 - 0.5 * z + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5));
  let turned = select(vec2<f32>(sine, cosine), vec2<f32>(cosine, -sine), (i32(quarter) & 1) == 1);
  return select(turned, -turned, (i32(quarter) & 2) == 2);
}`
