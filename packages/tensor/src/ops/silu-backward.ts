import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { mul } from './mul.js'
import { sigmoid } from './sigmoid.js'
import { sub } from './sub.js'

type Inputs = { grad: Tensor; x: Tensor }

/** The gradient of `silu` for x: grad times s (1 + x (1 - s)) with s = sigmoid(x). */
export const siluBackwardOp = defineOp<Inputs>()({
  name: 'siluBackward',
  doc: { summary: 'The gradient of silu for x.' },
  shape: ({ x }) => ({ output: x }),
  reference: ({ grad, x }, _options, { output }) => {
    for (let i = 0; i < x.data.length; i++) {
      const v = x.data[i]!
      const s = 1 / (1 + Math.exp(-v))
      output.data[i] = grad.data[i]! * s * (1 + v * (1 - s))
    }
  },
  composition: ({ grad, x }) => {
    const s = sigmoid(x)
    return { output: mul(grad, mul(s, add(mul(x, sub(1, s)), 1))) }
  },
  vjp: throughComposition,
  cost: ({ x }) => ({ flops: 9 * sizeOf(x.shape) }),
  samples: (source) => [
    { name: 'vector', inputs: { grad: source.normal([7]), x: source.normal([7]) }, options: {} },
  ],
})

export function siluBackward(inputs: Inputs): Tensor {
  return dispatch(siluBackwardOp, inputs, {}).output
}
