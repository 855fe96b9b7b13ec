import { axisLayout } from '../axis-layout.js'
import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

type Inputs = { grad: Tensor; y: Tensor }
type Options = { readonly axis: number }

/** The gradient of `softmax`, from its result y. */
export const softmaxBackwardOp = defineOp<Inputs, Options>()({
  name: 'softmaxBackward',
  doc: { summary: 'The gradient of softmax, from its result y: y · (grad - sum(grad · y)) along one axis.' },
  shape: ({ y }) => ({ output: y }),
  reference: ({ grad, y }, { axis }, { output }) => {
    const { blocks, length, stride } = axisLayout(y.shape, axis, 'softmaxBackward')
    for (let block = 0; block < blocks; block++) {
      for (let inner = 0; inner < stride; inner++) {
        const start = block * length * stride + inner
        let total = 0
        for (let i = 0; i < length; i++) total += grad.data[start + i * stride]! * y.data[start + i * stride]!
        for (let i = 0; i < length; i++) {
          const at = start + i * stride
          output.data[at] = y.data[at]! * (grad.data[at]! - total)
        }
      }
    }
  },
  composition: ({ grad, y }, { axis }) => ({
    output: mul(y, sub(grad, sum(mul(grad, y), { axes: [axis], keepDims: true }))),
  }),
  vjp: throughComposition,
  // Product, sum, difference, product.
  cost: ({ y }) => ({ flops: 4 * sizeOf(y.shape) }),
  samples: (source) => [
    {
      name: 'last axis',
      inputs: { grad: source.normal([3, 5]), y: source.between([3, 5]) },
      options: { axis: -1 },
    },
    {
      name: 'middle axis',
      inputs: { grad: source.normal([2, 4, 3]), y: source.between([2, 4, 3]) },
      options: { axis: 1 },
    },
  ],
})

export function softmaxBackward(inputs: Inputs, options: Options): Tensor {
  return dispatch(softmaxBackwardOp, inputs, options).output
}
