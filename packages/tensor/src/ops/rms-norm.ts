import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, lazy } from '../op.js'
import { formatShape, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { mean } from './mean.js'
import { mul } from './mul.js'
import { rmsNormBackward } from './rms-norm-backward.js'
import { rsqrt } from './rsqrt.js'

type Inputs = { x: Tensor; weight: Tensor }
type Options = { readonly epsilon: number }
type Results = { output: Tensor; reciprocalRms: Tensor }

export const rmsNormOp = defineOp<Inputs, Options, Results>()({
  name: 'rmsNorm',
  doc: {
    summary: 'Root-mean-square normalisation over the last axis: x / sqrt(mean(x²) + epsilon) · weight.',
    source: 'Zhang, Sennrich: Root Mean Square Layer Normalization. arXiv 1910.07467, equation 4.',
  },
  shape: ({ x, weight }) => {
    checkDType('rmsNorm', 'x', x.dtype, ['float32', 'float64'])
    checkDType('rmsNorm', 'weight', weight.dtype, [x.dtype])
    const features = x.shape.slice(-1)
    if (features.length === 0 || !sameShape(weight.shape, features)) {
      throw new ShapeError(
        `rmsNorm: weight has shape ${formatShape(weight.shape)}; x ${formatShape(x.shape)} needs ${formatShape(features)}`,
      )
    }
    return { output: x, reciprocalRms: { shape: x.shape.slice(0, -1), dtype: x.dtype } }
  },
  reference: ({ x, weight }, { epsilon }, { output, reciprocalRms }) => {
    const n = weight.data.length
    for (let row = 0; row < reciprocalRms.data.length; row++) {
      const start = row * n
      let squares = 0
      for (let i = 0; i < n; i++) squares += x.data[start + i]! * x.data[start + i]!
      const scale = 1 / Math.sqrt(squares / n + epsilon)
      for (let i = 0; i < n; i++) output.data[start + i] = x.data[start + i]! * scale * weight.data[i]!
      reciprocalRms.data[row] = scale
    }
  },
  saved: ['reciprocalRms'],
  composition: ({ x, weight }, { epsilon }) => {
    const meanSquare = mean(mul(x, x), { axes: [-1], keepDims: true })
    return { output: mul(mul(x, rsqrt(add(meanSquare, epsilon))), weight) }
  },
  vjp: ({ inputs: { x, weight }, options, outputs: { reciprocalRms }, grads }) => {
    const joint = lazy(() => rmsNormBackward({ grad: grads.output, x, weight, reciprocalRms }, options))
    return { x: () => joint().x, weight: () => joint().weight }
  },
  // Per element: square and sum, scale, weight; per row: mean, epsilon, and 2 for the reciprocal root.
  cost: ({ x }) => ({ flops: 4 * sizeOf(x.shape) + 4 * sizeOf(x.shape.slice(0, -1)) }),
  samples: (source) => [
    {
      name: 'rows',
      inputs: { x: source.normal([2, 3, 8]), weight: source.normal([8]) },
      options: { epsilon: 1e-6 },
    },
    {
      name: 'mean square as small as epsilon',
      inputs: { x: source.normal([3, 4], 0.01), weight: source.normal([4]) },
      options: { epsilon: 1e-4 },
    },
  ],
})

/** Root-mean-square normalisation over the last axis. Shapes: x `[…, n]`, weight `[n]` → `[…, n]`. */
export function rmsNorm(
  x: Tensor,
  weight: Tensor,
  { epsilon = 1e-6 }: { readonly epsilon?: number } = {},
): Tensor {
  return dispatch(rmsNormOp, { x, weight }, { epsilon }).output
}
