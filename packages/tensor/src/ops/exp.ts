import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'

export const expOp = defineOp<{ x: Tensor }>()({
  name: 'exp',
  doc: { summary: 'The exponential of each element.' },
  ...unaryKernel('exp', Math.exp, 1),
  vjp: ({ outputs, grads }) => ({ x: () => mul(grads.output, outputs.output) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.normal([7]) }, options: {} }],
})

/** `eˣ`, elementwise. Shapes: any → the same. */
export const exp: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => expOp)
