import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'
import { sub } from './sub.js'

export const tanhOp = defineOp<{ x: Tensor }>()({
  name: 'tanh',
  doc: { summary: 'The hyperbolic tangent of each element.' },
  ...unaryKernel('tanh', Math.tanh, 1),
  vjp: ({ outputs: { output }, grads }) => ({ x: () => mul(grads.output, sub(1, mul(output, output))) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.normal([7]) }, options: {} }],
})

/** `tanh x`, elementwise. Shapes: any → the same. */
export const tanh: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => tanhOp)
