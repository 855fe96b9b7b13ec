import { complexOf, type DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { realFftFlops } from '../fft-cost.js'
import { fftPlan, type TransformData, transformLength } from '../fft-plans.js'
import { binCount, halfSpectrumWeights } from '../half-spectrum.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import type { ComplexFrom } from './complex.js'
import { irfft } from './irfft.js'
import { mul } from './mul.js'

export const rfftOp = defineOp<{ x: Tensor }>()({
  name: 'rfft',
  doc: {
    summary: 'The discrete Fourier transform of real rows: the first half of the spectrum, not scaled.',
  },
  shape: ({ x }) => {
    checkDType('rfft', 'x', x.dtype, ['float32', 'float64'])
    const n = transformLength('rfft', 'x', x)
    return { output: { shape: [...x.shape.slice(0, -1), binCount(n)], dtype: complexOf(x.dtype) } }
  },
  reference: ({ x }, _options, { output }) => {
    fftPlan(x.shape.at(-1)!, x.dtype).realForward(x.data as TransformData, output.data as TransformData)
  },
  // dx[j] = Re Σₖ G[k] exp(2πi jk / n) over the frequencies kept. `irfft` sums those between DC and Nyquist
  // twice, once for their mirror images, and divides by n; the weights undo both.
  vjp: ({ inputs: { x }, grads: { output: grad } }) => {
    const n = x.shape.at(-1)!
    return {
      x: () => irfft(mul(grad, halfSpectrumWeights(n, grad.dtype, { unpaired: n, paired: n / 2 })), { n }),
    }
  },
  cost: ({ x }) => ({ flops: sizeOf(x.shape.slice(0, -1)) * realFftFlops(x.shape.at(-1)!) }),
  samples: (source) => [
    { name: 'even length', inputs: { x: source.normal([2, 6]) }, options: {} },
    { name: 'odd length', inputs: { x: source.normal([2, 5]) }, options: {} },
    { name: 'length 2', inputs: { x: source.normal([3, 2]) }, options: {} },
    { name: 'length 1', inputs: { x: source.normal([3, 1]) }, options: {} },
  ],
})

/**
 * The discrete Fourier transform of real rows: `X[k] = Σⱼ x[j] exp(-2πi jk / n)` for k = 0 … ⌊n/2⌋; the other half
 * of the spectrum would be its mirror image, `X[n - k] = conj(X[k])`. Shapes: real `[…, n]` → complex
 * `[…, ⌊n/2⌋ + 1]`.
 */
export function rfft<D extends DType>(x: Tensor<Shape, D>): Tensor<Shape, ComplexFrom<D>> {
  return dispatch(rfftOp, { x: x as Tensor }, {}).output as Tensor<Shape, ComplexFrom<D>>
}
