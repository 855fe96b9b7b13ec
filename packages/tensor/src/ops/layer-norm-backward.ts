import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { layerNormOp } from './layer-norm.js'
import { mean } from './mean.js'
import { mul } from './mul.js'
import { rsqrt } from './rsqrt.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

type Inputs = { grad: Tensor; x: Tensor; weight: Tensor; mean: Tensor; reciprocalDeviation: Tensor }
type Options = { readonly epsilon: number }
type Results = { x: Tensor; weight: Tensor; bias: Tensor }

/** The three gradients of `layerNorm` together: they share the normalised input. */
export const layerNormBackwardOp = defineOp<Inputs, Options, Results>()({
  name: 'layerNormBackward',
  doc: { summary: 'The gradients of layerNorm for x, weight and bias, from the saved mean and deviation.' },
  shape: ({ x, weight }) => ({ x, weight, bias: weight }),
  reference: ({ grad, x, weight, mean, reciprocalDeviation }, _options, results) => {
    const n = x.shape.at(-1)!
    const weightGrad = new Float64Array(n)
    const biasGrad = new Float64Array(n)
    for (let row = 0; row < mean.data.length; row++) {
      const start = row * n
      const average = mean.data[row]!
      const scale = reciprocalDeviation.data[row]!
      // With y = (x - mean) · scale and g = grad · weight: dx = scale · (g - mean(g) - y · mean(g · y)).
      let sumG = 0
      let sumGY = 0
      for (let i = 0; i < n; i++) {
        const y = (x.data[start + i]! - average) * scale
        const g = grad.data[start + i]! * weight.data[i]!
        sumG += g
        sumGY += g * y
        weightGrad[i] = weightGrad[i]! + grad.data[start + i]! * y
        biasGrad[i] = biasGrad[i]! + grad.data[start + i]!
      }
      for (let i = 0; i < n; i++) {
        const y = (x.data[start + i]! - average) * scale
        const g = grad.data[start + i]! * weight.data[i]!
        results.x.data[start + i] = scale * (g - sumG / n - (y * sumGY) / n)
      }
    }
    results.weight.data.set(weightGrad)
    results.bias.data.set(biasGrad)
  },
  // Written from x, not from the saved values, so that its own derivative is complete.
  composition: ({ grad, x, weight }, { epsilon }) => {
    const lastAxis = { axes: [-1], keepDims: true }
    const rows = Array.from({ length: x.rank - 1 }, (_, axis) => axis)
    const centred = sub(x, mean(x, lastAxis))
    const scale = rsqrt(add(mean(mul(centred, centred), lastAxis), epsilon))
    const y = mul(centred, scale)
    const g = mul(grad, weight)
    const tangent = sub(sub(g, mean(g, lastAxis)), mul(y, mean(mul(g, y), lastAxis)))
    return {
      x: mul(tangent, scale),
      weight: sum(mul(grad, y), { axes: rows }),
      bias: sum(grad, { axes: rows }),
    }
  },
  vjp: throughComposition,
  cost: ({ x }) => ({ flops: 15 * sizeOf(x.shape) }),
  samples: (source) => {
    const x = source.normal([2, 3, 8])
    const weight = source.normal([8])
    const options = { epsilon: 1e-5 }
    const { mean, reciprocalDeviation } = dispatch(
      layerNormOp,
      { x, weight, bias: source.normal([8]) },
      options,
    )
    return [
      {
        name: 'rows',
        inputs: { grad: source.normal([2, 3, 8]), x, weight, mean, reciprocalDeviation },
        options,
      },
    ]
  },
})

export function layerNormBackward(inputs: Inputs, options: Options): Results {
  return dispatch(layerNormBackwardOp, inputs, options)
}
