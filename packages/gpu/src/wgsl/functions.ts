// Functions that kernels in WGSL share. A device's own may be less accurate than a tensor library should be, or wrong
// at the ends of the range.

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
