/**
 * The step between n real numbers' spectrum and that of the n/2 complex numbers that they are read as: the algebra
 * stands in real-transform.ts. Constants: `half`, n/2, `perHalf`, 2/n, and `roots`, the n powers of w = exp(−2πi / n).
 */

/** From Z, [batch, n/2 complex], to X, [batch, n/2 + 1 complex]: X[k] = E[k] + w^k · O[k]. */
export const splitKernel = `function split(Z) {
  const half = this.constants.half;
  const k = Math.floor(0.5 * this.thread.x);
  const isImaginary = this.thread.x - 2 * k;
  const low = 2 * (k - half * Math.floor(k * this.constants.perHalf));
  const mirror = half - k;
  const high = 2 * (mirror - half * Math.floor(mirror * this.constants.perHalf));
  const lowRe = Z[this.thread.y][low];
  const lowIm = Z[this.thread.y][low + 1];
  const highRe = Z[this.thread.y][high];
  const highIm = Z[this.thread.y][high + 1];
  const oddRe = 0.5 * (lowIm + highIm);
  const oddIm = 0.5 * (highRe - lowRe);
  const c = this.constants.roots[2 * k];
  const s = this.constants.roots[2 * k + 1];
  if (isImaginary > 0.5) return 0.5 * (lowIm - highIm) + c * oddIm + s * oddRe;
  return 0.5 * (lowRe + highRe) + c * oddRe - s * oddIm;
}`

/**
 * And back: Z[k] = E[k] + i · O[k], with E and O from X[k] and conj(X[n/2 − k]). The spectrum of real numbers has no
 * imaginary part at 0 and n/2; what is there is not read.
 */
export const joinKernel = `function join(X) {
  const k = Math.floor(0.5 * this.thread.x);
  const isImaginary = this.thread.x - 2 * k;
  const low = 2 * k;
  const high = 2 * (this.constants.half - k);
  const lowRe = X[this.thread.y][low];
  const highRe = X[this.thread.y][high];
  let lowIm = 0.0;
  let highIm = 0.0;
  if (k > 0.5) {
    lowIm = X[this.thread.y][low + 1];
    highIm = X[this.thread.y][high + 1];
  }
  const turnedRe = 0.5 * (lowRe - highRe);
  const turnedIm = 0.5 * (lowIm + highIm);
  const c = this.constants.roots[2 * k];
  const s = this.constants.roots[2 * k + 1];
  if (isImaginary > 0.5) return 0.5 * (lowIm - highIm) + turnedRe * c + turnedIm * s;
  return 0.5 * (lowRe + highRe) - (turnedIm * c - turnedRe * s);
}`
