/**
 * The error function to about 1e-15: the Maclaurin series in a form without cancellation for |x| < 3, and the
 * continued fraction of its complement beyond.
 *
 * @source Abramowitz, Stegun: Handbook of Mathematical Functions, 7.1.6 and 7.1.14.
 */
export function errorFunction(x: number): number {
  const z = Math.abs(x)
  if (z >= 6) return Math.sign(x)
  return Math.sign(x) * (z < 3 ? series(z) : 1 - complement(z))
}

/** erf z = 2/√π e^(-z²) Σ 2ⁿ z^(2n+1) / (1·3·…·(2n+1)); all terms are positive. */
function series(z: number): number {
  let term = z
  let sum = z
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * z * z) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum
}

/** erfc z = e^(-z²)/√π · 1/(z + ½/(z + 1/(z + 3/2/(z + …)))), evaluated from its 60th level up. */
function complement(z: number): number {
  let denominator = z
  for (let level = 60; level >= 1; level--) denominator = z + level / 2 / denominator
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / denominator
}
