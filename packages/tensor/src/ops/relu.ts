import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { greater } from './greater.js'
import { mul } from './mul.js'

export const reluOp = defineOp<{ x: Tensor }>()({
  name: 'relu',
  doc: { summary: 'Each element, or 0 where it is negative.' },
  ...unaryKernel('relu', (x) => Math.max(x, 0), 1),
  vjp: ({ inputs: { x }, grads }) => ({ x: () => mul(grads.output, cast(greater(x, 0), x.dtype)) }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.distinct([8]) }, options: {} }],
})

/** `max(x, 0)`, elementwise. Shapes: any → the same. */
export const relu: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => reluOp)
