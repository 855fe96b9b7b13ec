import { blockCirculantShape } from '../block-circulant-shape.js'
import { addProductWithConjugate } from '../complex-product.js'
import { realFftFlops } from '../fft-cost.js'
import { fftPlan, type TransformData } from '../fft-plans.js'
import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import type { Tensor } from '../tensor.js'
import { blockCirculantOp } from './block-circulant.js'
import { conj } from './conj.js'
import { irfft } from './irfft.js'
import { mul } from './mul.js'
import { reshape } from './reshape.js'
import { rfft } from './rfft.js'
import { sum } from './sum.js'

type Inputs = { grad: Tensor; x: Tensor; c: Tensor; inputSpectrum: Tensor }
type Results = { x: Tensor; c: Tensor }

/** Both gradients of `blockCirculant` together: they share the spectrum of the gradient that arrives. */
export const blockCirculantBackwardOp = defineOp<Inputs, Record<never, never>, Results>()({
  name: 'blockCirculantBackward',
  doc: {
    summary: 'The gradients of blockCirculant for x and c, from the saved spectrum of x.',
    source:
      'Ding, Wang, Liao, Wang: Block Circulant Adapter for Large Language Models. arXiv 2505.00582, section 3.',
  },
  shape: ({ x, c }) => ({ x, c }),
  reference: ({ grad, x, c, inputSpectrum }, _options, results) => {
    const { rows, q, k, p, bins } = blockCirculantShape('blockCirculantBackward', x, c)
    const plan = fftPlan(p, x.dtype)
    const G = plan.realForward(grad.data as TransformData)
    const C = plan.realForward(c.data as TransformData)
    const X = inputSpectrum.data as TransformData
    // Sums over blocks (one row's gradient of X) and over rows (that of C) are kept in float64 and rounded once.
    const gX = new Float64Array(2 * k * bins)
    const gC = new Float64Array(2 * q * k * bins)
    const roundedX = plan.precision === 'float32' ? new Float32Array(gX.length) : gX
    for (let row = 0; row < rows; row++) {
      gX.fill(0)
      for (let i = 0; i < q; i++) {
        const g = 2 * (row * q + i) * bins
        for (let j = 0; j < k; j++) {
          const block = 2 * (i * k + j) * bins
          addProductWithConjugate(gX, 2 * j * bins, G, g, C, block, bins)
          addProductWithConjugate(gC, block, G, g, X, 2 * (row * k + j) * bins, bins)
        }
      }
      roundedX.set(gX)
      plan.realInverse(roundedX, results.x.data.subarray(row * k * p, (row + 1) * k * p) as TransformData)
    }
    const roundedC = plan.precision === 'float32' ? Float32Array.from(gC) : gC
    plan.realInverse(roundedC, results.c.data as TransformData)
  },
  // The transpose of a circulant block has the conjugate spectrum:
  //   gx_j  = IFFT(Σ_i FFT(gy_i) ∘ conj(FFT(c_ij)))
  //   gc_ij = IFFT(Σ_rows FFT(gy_i) ∘ conj(FFT(x_j)))
  // Written from x, not from the saved spectrum, so that its own derivative is complete.
  composition: ({ grad, x, c }) => {
    const { rows, q, k, p } = blockCirculantShape('blockCirculantBackward', x, c)
    const G = rfft(reshape(grad, [rows, q, 1, p]))
    const X = rfft(reshape(x, [rows, 1, k, p]))
    const C = rfft(c)
    const gx = irfft(sum(mul(G, conj(C)), { axes: [1] }), { n: p })
    const gc = irfft(sum(mul(G, conj(X)), { axes: [0] }), { n: p })
    return { x: reshape(gx, x.shape), c: gc }
  },
  vjp: throughComposition,
  // Its composition's, without the transform of x, which was saved, and without conjugations, which cost nothing
  // inside a product: transforms of grad and c, 8 for each frequency of two products, transforms back.
  cost: ({ x, c }) => {
    const { rows, q, k, p, bins } = blockCirculantShape('blockCirculantBackward', x, c)
    return {
      flops: (rows * q + q * k + rows * k + q * k) * realFftFlops(p) + 16 * rows * q * k * bins,
    }
  },
  samples: (source) => {
    const sample = (
      name: string,
      xShape: readonly number[],
      [q, k, p]: readonly [number, number, number],
    ) => {
      const x = source.normal(xShape)
      const c = source.normal([q, k, p])
      const { inputSpectrum } = dispatch(blockCirculantOp, { x, c }, {})
      const grad = source.normal([...xShape.slice(0, -1), q * p])
      return { name, inputs: { grad, x, c, inputSpectrum }, options: {} }
    }
    return [
      sample('wide', [5, 12], [2, 3, 4]),
      sample('odd blocks, two batch axes', [2, 2, 5], [3, 1, 5]),
      sample('blocks of 1', [3, 4], [2, 4, 1]),
      sample('one row', [6], [1, 2, 3]),
    ]
  },
})

export function blockCirculantBackward(inputs: Inputs): Results {
  return dispatch(blockCirculantBackwardOp, inputs, {})
}
