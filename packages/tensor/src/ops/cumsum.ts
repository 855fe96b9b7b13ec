import { checkDType } from '../elementwise.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

export const cumsumOp = defineOp<{ x: Tensor }>()({
  name: 'cumsum',
  doc: { summary: 'The running sum along the last axis.' },
  shape: ({ x }) => {
    checkDType('cumsum', 'x', x.dtype, ['float32', 'float64', 'int32'])
    return { output: x }
  },
  reference: ({ x }, _options, { output }) => {
    const n = x.shape.at(-1) ?? 1
    for (let row = 0; row < x.data.length; row += n) {
      let total = 0
      for (let i = row; i < row + n; i++) {
        total += x.data[i]!
        output.data[i] = total
      }
    }
  },
  // x[i] is in every sum from i on: the sum of all gradients, minus those before i.
  vjp: ({ grads: { output: grad } }) => ({
    x: () => add(sub(sum(grad, { axes: [-1], keepDims: true }), cumsum(grad)), grad),
  }),
  cost: ({ x }) => ({ flops: sizeOf(x.shape) }),
  samples: (source) => [{ name: 'rows', inputs: { x: source.normal([2, 5]) }, options: {} }],
})

/** The running sum along the last axis. Shapes: `[…, n]` → the same. */
export function cumsum(x: Tensor): Tensor {
  return dispatch(cumsumOp, { x }, {}).output
}
