import { blockCirculantShape } from '../block-circulant-shape.js'
import { addProduct } from '../complex-product.js'
import { complexOf } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { realFftFlops } from '../fft-cost.js'
import { fftPlan, type TransformData } from '../fft-plans.js'
import { dispatch } from '../interpreter.js'
import { defineOp, lazy } from '../op.js'
import type { Tensor } from '../tensor.js'
import { blockCirculantBackward } from './block-circulant-backward.js'
import { irfft } from './irfft.js'
import { mul } from './mul.js'
import { reshape } from './reshape.js'
import { rfft } from './rfft.js'
import { sum } from './sum.js'

type Inputs = { x: Tensor; c: Tensor }
type Results = { output: Tensor; inputSpectrum: Tensor }

export const blockCirculantOp = defineOp<Inputs, Record<never, never>, Results>()({
  name: 'blockCirculant',
  doc: {
    summary: 'The product with a block-circulant matrix, through the FFT of its blocks.',
    source:
      'Ding, Wang, Liao, Wang: Block Circulant Adapter for Large Language Models. arXiv 2505.00582, section 3.',
  },
  shape: ({ x, c }) => {
    checkDType('blockCirculant', 'x', x.dtype, ['float32', 'float64'])
    checkDType('blockCirculant', 'c', c.dtype, [x.dtype])
    const { q, k, p, bins } = blockCirculantShape('blockCirculant', x, c)
    const batch = x.shape.slice(0, -1)
    return {
      output: { shape: [...batch, q * p], dtype: x.dtype },
      inputSpectrum: { shape: [...batch, k, bins], dtype: complexOf(x.dtype) },
    }
  },
  reference: ({ x, c }, _options, { output, inputSpectrum }) => {
    const { rows, q, k, p, bins } = blockCirculantShape('blockCirculant', x, c)
    const plan = fftPlan(p, x.dtype)
    const X = plan.realForward(x.data as TransformData, inputSpectrum.data as TransformData)
    const C = plan.realForward(c.data as TransformData)
    // One row's Y at a time: sums are kept in float64 and rounded once.
    const Y = new Float64Array(2 * q * bins)
    const rounded = plan.precision === 'float32' ? new Float32Array(Y.length) : Y
    for (let row = 0; row < rows; row++) {
      Y.fill(0)
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < k; j++) {
          addProduct(Y, 2 * i * bins, C, 2 * (i * k + j) * bins, X, 2 * (row * k + j) * bins, bins)
        }
      }
      rounded.set(Y)
      plan.realInverse(rounded, output.data.subarray(row * q * p, (row + 1) * q * p) as TransformData)
    }
  },
  saved: ['inputSpectrum'],
  // The paper's formula as it stands: y_i = IFFT(Σ_j FFT(c_ij) ∘ FFT(x_j)).
  composition: ({ x, c }) => {
    const { rows, k, p } = blockCirculantShape('blockCirculant', x, c)
    const X = rfft(reshape(x, [rows, 1, k, p]))
    const C = rfft(c)
    const Y = sum(mul(C, X), { axes: [2] })
    const y = irfft(Y, { n: p })
    return { output: reshape(y, [...x.shape.slice(0, -1), c.shape[0]! * p]) }
  },
  vjp: ({ inputs: { x, c }, outputs, grads }) => {
    const joint = lazy(() =>
      blockCirculantBackward({ grad: grads.output, x, c, inputSpectrum: outputs.inputSpectrum }),
    )
    return { x: () => joint().x, c: () => joint().c }
  },
  // Transforms of the rows·k blocks of x, of the q·k blocks of c, and back for the rows·q blocks of the result; at
  // each frequency a complex multiplication (6) and addition (2) for each row and block of c.
  cost: ({ x, c }) => {
    const { rows, q, k, p, bins } = blockCirculantShape('blockCirculant', x, c)
    return { flops: (rows * k + q * k + rows * q) * realFftFlops(p) + 8 * rows * q * k * bins }
  },
  samples: (source) => [
    { name: 'wide', inputs: { x: source.normal([5, 12]), c: source.normal([2, 3, 4]) }, options: {} },
    {
      name: 'odd blocks, two batch axes',
      inputs: { x: source.normal([2, 2, 5]), c: source.normal([3, 1, 5]) },
      options: {},
    },
    { name: 'blocks of 2', inputs: { x: source.normal([3, 4]), c: source.normal([1, 2, 2]) }, options: {} },
    { name: 'blocks of 1', inputs: { x: source.normal([3, 4]), c: source.normal([2, 4, 1]) }, options: {} },
    { name: 'one row', inputs: { x: source.normal([6]), c: source.normal([1, 2, 3]) }, options: {} },
  ],
})

/**
 * `B x` for each row x, where block (i, j) of the matrix B is circulant with first column `c[i, j]`:
 * `B[i·p + r, j·p + s] = c[i, j, (r - s) mod p]`. Shapes: x `[…, in]`, c `[out/p, in/p, p]` → `[…, out]`, for any
 * block size p ≥ 1.
 *
 * @source Ding, Wang, Liao, Wang: Block Circulant Adapter for Large Language Models. arXiv 2505.00582, section 3.
 */
export function blockCirculant(x: Tensor, c: Tensor): Tensor {
  return dispatch(blockCirculantOp, { x, c }, {}).output
}
