import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { div } from './div.js'
import { mul } from './mul.js'

export const sqrtOp = defineOp<{ x: Tensor }>()({
  name: 'sqrt',
  doc: { summary: 'The square root of each element.' },
  ...unaryKernel('sqrt', Math.sqrt, 1),
  vjp: ({ outputs: { output }, grads }) => ({ x: () => div(mul(grads.output, 0.5), output) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.between([7]) }, options: {} }],
})

/** `√x`, elementwise. Shapes: any → the same. */
export const sqrt: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => sqrtOp)
