import { type DType, realOf } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { OptionError, ShapeError } from '../errors.js'
import { realFftFlops } from '../fft-cost.js'
import { fftPlan, type TransformData, transformLength } from '../fft-plans.js'
import { binCount, halfSpectrumWeights } from '../half-spectrum.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { formatShape, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'
import type { RealFrom } from './real.js'
import { rfft } from './rfft.js'

type Options = {
  /** Length of the real rows: half spectra of n = 2m and of n = 2m + 1 have the same length. */
  readonly n: number
}

export const irfftOp = defineOp<{ X: Tensor }, Options>()({
  name: 'irfft',
  doc: { summary: 'Real rows from the first half of their spectrum, scaled by 1/n: the inverse of rfft.' },
  shape: ({ X }, { n }) => {
    checkDType('irfft', 'X', X.dtype, ['complex64', 'complex128'])
    if (!Number.isInteger(n) || n < 1) {
      throw new OptionError(`irfft: n is ${n}; expected the length of the real rows, at least 1`)
    }
    const bins = transformLength('irfft', 'X', X)
    if (bins !== binCount(n)) {
      throw new ShapeError(
        `irfft: X ${formatShape(X.shape)} has ${bins} frequencies; rows of n = ${n} have ${binCount(n)}`,
      )
    }
    return { output: { shape: [...X.shape.slice(0, -1), n], dtype: realOf(X.dtype) } }
  },
  reference: ({ X }, { n }, { output }) => {
    fftPlan(n, X.dtype).realInverse(X.data as TransformData, output.data as TransformData)
  },
  // Each frequency between DC and Nyquist enters twice, once as its mirror image; the imaginary parts of DC and
  // Nyquist do not enter, and rfft gives 0 there.
  vjp: ({ options: { n }, grads: { output: grad } }) => ({
    X: () => {
      const spectrum: Tensor = rfft(grad)
      return mul(spectrum, halfSpectrumWeights(n, spectrum.dtype, { unpaired: 1 / n, paired: 2 / n }))
    },
  }),
  cost: ({ X }, { n }) => ({ flops: sizeOf(X.shape.slice(0, -1)) * realFftFlops(n) }),
  // Random spectra: the imaginary parts at DC and Nyquist, which no real row has, are not 0.
  samples: (source) => [
    { name: 'even length', inputs: { X: source.complex([2, 4]) }, options: { n: 6 } },
    { name: 'odd length', inputs: { X: source.complex([2, 3]) }, options: { n: 5 } },
    { name: 'length 2', inputs: { X: source.complex([3, 2]) }, options: { n: 2 } },
    { name: 'length 1', inputs: { X: source.complex([3, 1]) }, options: { n: 1 } },
  ],
})

/**
 * The real rows of length n that have the half spectrum X: the inverse of `rfft`. The imaginary parts of `X[0]` and,
 * for even n, of `X[n/2]` are ignored. Shapes: complex `[…, ⌊n/2⌋ + 1]` → real `[…, n]`.
 */
export function irfft<D extends DType>(
  X: Tensor<Shape, D>,
  { n }: { readonly n: number },
): Tensor<Shape, RealFrom<D>> {
  return dispatch(irfftOp, { X: X as Tensor }, { n }).output as Tensor<Shape, RealFrom<D>>
}
