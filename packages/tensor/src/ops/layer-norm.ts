import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, lazy } from '../op.js'
import { formatShape, sameShape, sizeOf } from '../shape.js'
import type { Tensor, TensorSpec } from '../tensor.js'
import { add } from './add.js'
import { layerNormBackward } from './layer-norm-backward.js'
import { mean } from './mean.js'
import { mul } from './mul.js'
import { rsqrt } from './rsqrt.js'
import { sub } from './sub.js'

type Inputs = { x: Tensor; weight: Tensor; bias: Tensor }
type Options = { readonly epsilon: number }
type Results = { output: Tensor; mean: Tensor; reciprocalDeviation: Tensor }

export const layerNormOp = defineOp<Inputs, Options, Results>()({
  name: 'layerNorm',
  doc: {
    summary: 'Layer normalisation over the last axis: (x - mean) / sqrt(variance + epsilon) · weight + bias.',
    source: 'Ba, Kiros, Hinton: Layer Normalization. arXiv 1607.06450, equation 3.',
  },
  shape: ({ x, weight, bias }) => {
    checkDType('layerNorm', 'x', x.dtype, ['float32', 'float64'])
    const features = x.shape.slice(-1)
    for (const [name, spec] of Object.entries({ weight, bias })) {
      if (!sameShape(spec.shape, features)) {
        throw new ShapeError(
          `layerNorm: ${name} has shape ${formatShape(spec.shape)}; x ${formatShape(x.shape)} needs ${formatShape(features)}`,
        )
      }
      checkDType('layerNorm', name, spec.dtype, [x.dtype])
    }
    const rows: TensorSpec = { shape: x.shape.slice(0, -1), dtype: x.dtype }
    return { output: x, mean: rows, reciprocalDeviation: rows }
  },
  reference: ({ x, weight, bias }, { epsilon }, { output, mean, reciprocalDeviation }) => {
    const n = x.shape.at(-1)!
    for (let row = 0; row < mean.data.length; row++) {
      const start = row * n
      let sum = 0
      for (let i = 0; i < n; i++) sum += x.data[start + i]!
      const average = sum / n
      let squares = 0
      for (let i = 0; i < n; i++) squares += (x.data[start + i]! - average) ** 2
      const scale = 1 / Math.sqrt(squares / n + epsilon)
      for (let i = 0; i < n; i++) {
        output.data[start + i] = (x.data[start + i]! - average) * scale * weight.data[i]! + bias.data[i]!
      }
      mean.data[row] = average
      reciprocalDeviation.data[row] = scale
    }
  },
  saved: ['mean', 'reciprocalDeviation'],
  composition: ({ x, weight, bias }, { epsilon }) => {
    const centred = sub(x, mean(x, { axes: [-1], keepDims: true }))
    const variance = mean(mul(centred, centred), { axes: [-1], keepDims: true })
    return { output: add(mul(mul(centred, rsqrt(add(variance, epsilon))), weight), bias) }
  },
  vjp: ({ inputs: { x, weight }, options, outputs, grads }) => {
    const joint = lazy(() =>
      layerNormBackward(
        {
          grad: grads.output,
          x,
          weight,
          mean: outputs.mean,
          reciprocalDeviation: outputs.reciprocalDeviation,
        },
        options,
      ),
    )
    return { x: () => joint().x, weight: () => joint().weight, bias: () => joint().bias }
  },
  // Per element: sum, centre, square and sum, scale, weight, bias; a few more per row.
  cost: ({ x }) => ({ flops: 7 * sizeOf(x.shape) + 5 * sizeOf(x.shape.slice(0, -1)) }),
  samples: (source) => [
    {
      name: 'rows',
      inputs: { x: source.normal([2, 3, 8]), weight: source.normal([8]), bias: source.normal([8]) },
      options: { epsilon: 1e-5 },
    },
    {
      name: 'variance as small as epsilon',
      inputs: { x: source.normal([3, 4], 0.01), weight: source.normal([4]), bias: source.normal([4]) },
      options: { epsilon: 1e-4 },
    },
  ],
})

/** Layer normalisation over the last axis. Shapes: x `[…, n]`, weight `[n]`, bias `[n]` → `[…, n]`. */
export function layerNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Tensor {
  return dispatch(layerNormOp, { x, weight, bias }, { epsilon }).output
}
