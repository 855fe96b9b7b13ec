import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { siluBackward } from './silu-backward.js'

export const siluOp = defineOp<{ x: Tensor }>()({
  name: 'silu',
  doc: { summary: 'x · sigmoid(x) of each element.' },
  ...unaryKernel('silu', (x) => x / (1 + Math.exp(-x)), 4),
  vjp: ({ inputs: { x }, grads }) => ({ x: () => siluBackward({ grad: grads.output, x }) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.normal([7]) }, options: {} }],
})

/** `x · sigmoid(x)`, elementwise (arXiv 1702.03118). Shapes: any → the same. */
export const silu: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => siluOp)
