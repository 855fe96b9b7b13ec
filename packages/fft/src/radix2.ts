import { FftLengthError } from './fft-error.js'
import { writeUnitRoot } from './unit-root.js'

/**
 * The fast Fourier transform as the textbook tells it: radix 2, decimation in time, recursive. It is here to be
 * read, and to check the fast plans against; `createFft` is the one to use.
 *
 * Shapes: x [n complex, interleaved] -> [n complex, interleaved]; n a power of two; not scaled.
 *
 * Split the sum of the definition into even and odd positions, j = 2m and j = 2m + 1:
 *
 *     X[k] = Σ_m x[2m] · w^(2mk)  +  w^k · Σ_m x[2m+1] · w^(2mk),      w = exp(−2πi / n)
 *          =        E[k]          +  w^k ·        O[k]
 *
 * w² is the root for length n/2, so E and O are transforms of half the length: two smaller problems of the same
 * kind. Both have period n/2, and w^(k + n/2) = −w^k, so each pair E[k], O[k] gives two results, the butterfly:
 *
 *     X[k]       = E[k] + w^k · O[k]
 *     X[k + n/2] = E[k] − w^k · O[k]          for k < n/2
 *
 * There are log2(n) levels with n/2 butterflies each: n log n steps where the definition takes n².
 *
 * The inverse needs no second program: conjugate, transform, conjugate, divide by n.
 *
 * @source J. W. Cooley and J. W. Tukey, "An Algorithm for the Machine Calculation of Complex Fourier Series",
 * Mathematics of Computation 19 (1965), 297–301.
 */
export function radix2(x: Float64Array): Float64Array {
  const n = x.length / 2
  if (!Number.isInteger(Math.log2(n))) {
    throw new FftLengthError(
      `radix2: x must hold a power of two of complex numbers, two numbers each; got ${x.length} numbers`,
    )
  }
  if (n === 1) return x.slice() // The sum has one term, and its root is 1.

  const E = radix2(everySecond(x, 0))
  const O = radix2(everySecond(x, 1))

  const X = new Float64Array(2 * n)
  const w = new Float64Array(2)
  for (let k = 0; k < n / 2; k++) {
    writeUnitRoot(w, 0, k, n)
    const re = w[0]! * O[2 * k]! - w[1]! * O[2 * k + 1]!
    const im = w[0]! * O[2 * k + 1]! + w[1]! * O[2 * k]!
    X[2 * k] = E[2 * k]! + re
    X[2 * k + 1] = E[2 * k + 1]! + im
    X[2 * (k + n / 2)] = E[2 * k]! - re
    X[2 * (k + n / 2) + 1] = E[2 * k + 1]! - im
  }
  return X
}

/** The complex numbers at positions first, first + 2, first + 4, … */
function everySecond(x: Float64Array, first: 0 | 1): Float64Array {
  const half = new Float64Array(x.length / 2)
  for (let m = 0; m < half.length / 2; m++) {
    half[2 * m] = x[2 * (2 * m + first)]!
    half[2 * m + 1] = x[2 * (2 * m + first) + 1]!
  }
  return half
}
