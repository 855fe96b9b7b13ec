import { allocateData, type DType } from './dtype.js'
import { lazyTensor } from './eager.js'
import type { Shape } from './shape.js'
import type { Tensor } from './tensor.js'

/** Frequencies of a real row of n numbers: the others would mirror them, X[n - k] = conj(X[k]). */
export function binCount(n: number): number {
  return Math.floor(n / 2) + 1
}

/**
 * One real weight for each frequency of a half spectrum, as a complex constant `[binCount(n)]`. `unpaired` is for
 * DC and, when n is even, Nyquist, which are their own mirror images; `paired` for those between, each of which
 * stands for itself and its mirror image.
 */
export function halfSpectrumWeights<D extends DType>(
  n: number,
  dtype: D,
  weights: { readonly unpaired: number; readonly paired: number },
): Tensor<Shape, D> {
  const bins = binCount(n)
  return lazyTensor({ shape: [bins], dtype }, () => {
    const data = allocateData(dtype, bins)
    for (let k = 0; k < bins; k++) data[2 * k] = k === 0 || 2 * k === n ? weights.unpaired : weights.paired
    return data
  })
}
