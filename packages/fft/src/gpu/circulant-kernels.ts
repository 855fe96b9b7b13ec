/**
 * The products of spectra that make a block-circulant matrix's product and its gradients, as kernels for gpu.js. Rows
 * of spectra have `width` numbers: p/2 + 1 complex ones, interleaved. Constants: that width, its reciprocal, and the
 * numbers of blocks, `outputs` × `inputs`. A half is added before a division by what is no power of two, so that
 * rounding leads to no other whole number.
 */

/** Y[b, i] = Σ_j C[i, j] · X[b, j]. From X [batch, inputs · width] and C [outputs · inputs, width]. */
export const productKernel = `function product(X, C) {
  const i = Math.floor((this.thread.x + 0.5) * this.constants.perWidth);
  const at = this.thread.x - i * this.constants.width;
  const re = 2 * Math.floor(0.5 * at);
  let sum = 0.0;
  for (let j = 0; j < this.constants.inputs; j++) {
    const cRe = C[i * this.constants.inputs + j][re];
    const cIm = C[i * this.constants.inputs + j][re + 1];
    const xRe = X[this.thread.y][j * this.constants.width + re];
    const xIm = X[this.thread.y][j * this.constants.width + re + 1];
    if (at - re > 0.5) sum += cRe * xIm + cIm * xRe;
    else sum += cRe * xRe - cIm * xIm;
  }
  return sum;
}`

/** The gradient of X: Σ_i G[b, i] · conj(C[i, j]). From G [batch, outputs · width] and C. */
export const inputGradientKernel = `function inputGradient(G, C) {
  const j = Math.floor((this.thread.x + 0.5) * this.constants.perWidth);
  const at = this.thread.x - j * this.constants.width;
  const re = 2 * Math.floor(0.5 * at);
  let sum = 0.0;
  for (let i = 0; i < this.constants.outputs; i++) {
    const cRe = C[i * this.constants.inputs + j][re];
    const cIm = C[i * this.constants.inputs + j][re + 1];
    const gRe = G[this.thread.y][i * this.constants.width + re];
    const gIm = G[this.thread.y][i * this.constants.width + re + 1];
    if (at - re > 0.5) sum += gIm * cRe - gRe * cIm;
    else sum += gRe * cRe + gIm * cIm;
  }
  return sum;
}`

/** The gradient of C: Σ_b G[b, i] · conj(X[b, j]), over `batch` rows of G and X. */
export const weightGradientKernel = `function weightGradient(G, X, batch) {
  const i = Math.floor((this.thread.y + 0.5) * this.constants.perInputs);
  const j = this.thread.y - i * this.constants.inputs;
  const re = 2 * Math.floor(0.5 * this.thread.x);
  let sum = 0.0;
  for (let b = 0; b < batch; b++) {
    const gRe = G[b][i * this.constants.width + re];
    const gIm = G[b][i * this.constants.width + re + 1];
    const xRe = X[b][j * this.constants.width + re];
    const xIm = X[b][j * this.constants.width + re + 1];
    if (this.thread.x - re > 0.5) sum += gIm * xRe - gRe * xIm;
    else sum += gRe * xRe + gIm * xIm;
  }
  return sum;
}`
