import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { mean } from './mean.js'
import { mul } from './mul.js'
import { rmsNormOp } from './rms-norm.js'
import { rsqrt } from './rsqrt.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

type Inputs = { grad: Tensor; x: Tensor; weight: Tensor; reciprocalRms: Tensor }
type Options = { readonly epsilon: number }
type Results = { x: Tensor; weight: Tensor }

/** Both gradients of `rmsNorm` together: they share the normalised input. */
export const rmsNormBackwardOp = defineOp<Inputs, Options, Results>()({
  name: 'rmsNormBackward',
  doc: { summary: 'The gradients of rmsNorm for x and weight, from the saved reciprocal root mean square.' },
  shape: ({ x, weight }) => ({ x, weight }),
  reference: ({ grad, x, weight, reciprocalRms }, _options, results) => {
    const n = weight.data.length
    const weightGrad = new Float64Array(n)
    for (let row = 0; row < reciprocalRms.data.length; row++) {
      const start = row * n
      const scale = reciprocalRms.data[row]!
      // With y = x · scale and g = grad · weight: dx = scale · (g - y · mean(g · y)).
      let sumGY = 0
      for (let i = 0; i < n; i++) {
        const y = x.data[start + i]! * scale
        sumGY += grad.data[start + i]! * weight.data[i]! * y
        weightGrad[i] = weightGrad[i]! + grad.data[start + i]! * y
      }
      for (let i = 0; i < n; i++) {
        const y = x.data[start + i]! * scale
        results.x.data[start + i] = scale * (grad.data[start + i]! * weight.data[i]! - (y * sumGY) / n)
      }
    }
    results.weight.data.set(weightGrad)
  },
  // Written from x, not from the saved value, so that its own derivative is complete.
  composition: ({ grad, x, weight }, { epsilon }) => {
    const lastAxis = { axes: [-1], keepDims: true }
    const rows = Array.from({ length: x.rank - 1 }, (_, axis) => axis)
    const scale = rsqrt(add(mean(mul(x, x), lastAxis), epsilon))
    const y = mul(x, scale)
    const g = mul(grad, weight)
    return {
      x: mul(sub(g, mul(y, mean(mul(g, y), lastAxis))), scale),
      weight: sum(mul(grad, y), { axes: rows }),
    }
  },
  vjp: throughComposition,
  // Its composition's, but for the root mean square, which is saved: y, g, g · y and its sum, y · mean, the
  // difference, scale, and grad · y and its sum for the weight; one per row for the mean.
  cost: ({ x }) => ({ flops: 9 * sizeOf(x.shape) + sizeOf(x.shape.slice(0, -1)) }),
  samples: (source) => {
    const x = source.normal([2, 3, 8])
    const weight = source.normal([8])
    const options = { epsilon: 1e-6 }
    const { reciprocalRms } = dispatch(rmsNormOp, { x, weight }, options)
    return [{ name: 'rows', inputs: { grad: source.normal([2, 3, 8]), x, weight, reciprocalRms }, options }]
  },
})

export function rmsNormBackward(inputs: Inputs, options: Options): Results {
  return dispatch(rmsNormBackwardOp, inputs, options)
}
