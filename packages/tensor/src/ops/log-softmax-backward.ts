import { axisLayout } from '../axis-layout.js'
import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { exp } from './exp.js'
import { mul } from './mul.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

type Inputs = { grad: Tensor; y: Tensor }
type Options = { readonly axis: number }

/** The gradient of `logSoftmax`, from its result y. */
export const logSoftmaxBackwardOp = defineOp<Inputs, Options>()({
  name: 'logSoftmaxBackward',
  doc: {
    summary: 'The gradient of logSoftmax, from its result y: grad - exp(y) · sum(grad) along one axis.',
  },
  shape: ({ y }) => ({ output: y }),
  reference: ({ grad, y }, { axis }, { output }) => {
    const { blocks, length, stride } = axisLayout(y.shape, axis, 'logSoftmaxBackward')
    for (let block = 0; block < blocks; block++) {
      for (let inner = 0; inner < stride; inner++) {
        const start = block * length * stride + inner
        let total = 0
        for (let i = 0; i < length; i++) total += grad.data[start + i * stride]!
        for (let i = 0; i < length; i++) {
          const at = start + i * stride
          output.data[at] = grad.data[at]! - Math.exp(y.data[at]!) * total
        }
      }
    }
  },
  composition: ({ grad, y }, { axis }) => ({
    output: sub(grad, mul(exp(y), sum(grad, { axes: [axis], keepDims: true }))),
  }),
  vjp: throughComposition,
  // Sum, exponential, product, difference.
  cost: ({ y }) => ({ flops: 4 * sizeOf(y.shape) }),
  samples: (source) => [
    {
      name: 'last axis',
      inputs: { grad: source.normal([3, 5]), y: source.normal([3, 5]) },
      options: { axis: -1 },
    },
    {
      name: 'middle axis',
      inputs: { grad: source.normal([2, 4, 3]), y: source.normal([2, 4, 3]) },
      options: { axis: 1 },
    },
  ],
})

export function logSoftmaxBackward(inputs: Inputs, options: Options): Tensor {
  return dispatch(logSoftmaxBackwardOp, inputs, options).output
}
