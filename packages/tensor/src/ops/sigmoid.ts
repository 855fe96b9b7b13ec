import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'
import { sub } from './sub.js'

export const sigmoidOp = defineOp<{ x: Tensor }>()({
  name: 'sigmoid',
  doc: { summary: 'The logistic function of each element.' },
  ...unaryKernel('sigmoid', (x) => 1 / (1 + Math.exp(-x)), 4),
  vjp: ({ outputs: { output }, grads }) => ({ x: () => mul(grads.output, mul(output, sub(1, output))) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.normal([7]) }, options: {} }],
})

/** `1 / (1 + e⁻ˣ)`, elementwise. Shapes: any → the same. */
export const sigmoid: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => sigmoidOp)
