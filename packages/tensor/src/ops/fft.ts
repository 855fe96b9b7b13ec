import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { complexFftFlops } from '../fft-cost.js'
import { fftPlan, type TransformData, transformLength } from '../fft-plans.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { ifft } from './ifft.js'
import { mul } from './mul.js'

export const fftOp = defineOp<{ x: Tensor }>()({
  name: 'fft',
  doc: { summary: 'The discrete Fourier transform over the last axis, not scaled.' },
  shape: ({ x }) => {
    checkDType('fft', 'x', x.dtype, ['complex64', 'complex128'])
    transformLength('fft', 'x', x)
    return { output: x }
  },
  reference: ({ x }, _options, { output }) => {
    fftPlan(x.shape.at(-1)!, x.dtype).forward(x.data as TransformData, output.data as TransformData)
  },
  // The transform's matrix is symmetric, so its adjoint is its conjugate: n times the inverse.
  vjp: ({ inputs: { x }, grads }) => ({ x: () => mul(ifft(grads.output), x.shape.at(-1)!) }),
  cost: ({ x }) => ({ flops: sizeOf(x.shape.slice(0, -1)) * complexFftFlops(x.shape.at(-1)!) }),
  samples: (source) => [
    { name: 'even length', inputs: { x: source.complex([2, 6]) }, options: {} },
    { name: 'odd length', inputs: { x: source.complex([2, 5]) }, options: {} },
    { name: 'length 2', inputs: { x: source.complex([3, 2]) }, options: {} },
    { name: 'length 1', inputs: { x: source.complex([3, 1]) }, options: {} },
  ],
})

/**
 * The discrete Fourier transform of complex rows: `X[k] = Σⱼ x[j] exp(-2πi jk / n)`. Shapes: `[…, n]` → `[…, n]`.
 * For real rows see `rfft`.
 */
export function fft<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return dispatch(fftOp, { x: x as Tensor }, {}).output as Tensor<S, D>
}
