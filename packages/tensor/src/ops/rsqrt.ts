import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'

export const rsqrtOp = defineOp<{ x: Tensor }>()({
  name: 'rsqrt',
  doc: { summary: 'The reciprocal of the square root of each element.' },
  ...unaryKernel('rsqrt', (x) => 1 / Math.sqrt(x), 2),
  // d(x^-1/2) = -1/2 x^-3/2
  vjp: ({ outputs: { output }, grads }) => ({
    x: () => mul(mul(grads.output, mul(output, mul(output, output))), -0.5),
  }),
  samples: (source) => [{ name: 'positive', inputs: { x: source.between([7]) }, options: {} }],
})

/** `1 / √x`, elementwise. Shapes: any → the same. */
export const rsqrt: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => rsqrtOp)
