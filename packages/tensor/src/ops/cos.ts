import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'
import { neg } from './neg.js'
import { sin } from './sin.js'

export const cosOp = defineOp<{ x: Tensor }>()({
  name: 'cos',
  doc: { summary: 'The cosine of each element.' },
  ...unaryKernel('cos', Math.cos, 1),
  vjp: ({ inputs: { x }, grads }) => ({ x: () => neg(mul(grads.output, sin(x))) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.normal([7]) }, options: {} }],
})

/** `cos x`, elementwise. Shapes: any → the same. */
export const cos: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => cosOp)
