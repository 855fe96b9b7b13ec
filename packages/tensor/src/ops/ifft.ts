import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { complexFftFlops } from '../fft-cost.js'
import { fftPlan, type TransformData, transformLength } from '../fft-plans.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { fft } from './fft.js'
import { mul } from './mul.js'

export const ifftOp = defineOp<{ X: Tensor }>()({
  name: 'ifft',
  doc: { summary: 'The inverse discrete Fourier transform over the last axis, scaled by 1/n.' },
  shape: ({ X }) => {
    checkDType('ifft', 'X', X.dtype, ['complex64', 'complex128'])
    transformLength('ifft', 'X', X)
    return { output: X }
  },
  reference: ({ X }, _options, { output }) => {
    fftPlan(X.shape.at(-1)!, X.dtype).inverse(X.data as TransformData, output.data as TransformData)
  },
  // As for `fft`: the adjoint is the conjugate, here the forward transform scaled by 1/n.
  vjp: ({ inputs: { X }, grads }) => ({ X: () => mul(fft(grads.output), 1 / X.shape.at(-1)!) }),
  cost: ({ X }) => ({ flops: sizeOf(X.shape.slice(0, -1)) * complexFftFlops(X.shape.at(-1)!) }),
  samples: (source) => [
    { name: 'even length', inputs: { X: source.complex([2, 6]) }, options: {} },
    { name: 'odd length', inputs: { X: source.complex([2, 5]) }, options: {} },
    { name: 'length 2', inputs: { X: source.complex([3, 2]) }, options: {} },
    { name: 'length 1', inputs: { X: source.complex([3, 1]) }, options: {} },
  ],
})

/**
 * The inverse of `fft`: `x[j] = 1/n Σₖ X[k] exp(2πi jk / n)`. Shapes: `[…, n]` → `[…, n]`, both complex.
 */
export function ifft<S extends Shape, D extends DType>(X: Tensor<S, D>): Tensor<S, D> {
  return dispatch(ifftOp, { X: X as Tensor }, {}).output as Tensor<S, D>
}
