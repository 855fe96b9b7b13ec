import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { div } from './div.js'

export const logOp = defineOp<{ x: Tensor }>()({
  name: 'log',
  doc: { summary: 'The natural logarithm of each element.' },
  ...unaryKernel('log', Math.log, 1),
  vjp: ({ inputs: { x }, grads }) => ({ x: () => div(grads.output, x) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.between([7]) }, options: {} }],
})

/** `ln x`, elementwise. Shapes: any → the same. */
export const log: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => logOp)
