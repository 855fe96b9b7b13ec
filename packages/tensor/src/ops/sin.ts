import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { cos } from './cos.js'
import { mul } from './mul.js'

export const sinOp = defineOp<{ x: Tensor }>()({
  name: 'sin',
  doc: { summary: 'The sine of each element.' },
  ...unaryKernel('sin', Math.sin, 1),
  vjp: ({ inputs: { x }, grads }) => ({ x: () => mul(grads.output, cos(x)) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.normal([7]) }, options: {} }],
})

/** `sin x`, elementwise. Shapes: any → the same. */
export const sin: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => sinOp)
