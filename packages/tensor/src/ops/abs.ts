import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { greater } from './greater.js'
import { less } from './less.js'
import { mul } from './mul.js'
import { sub } from './sub.js'

export const absOp = defineOp<{ x: Tensor }>()({
  name: 'abs',
  doc: { summary: 'The absolute value of each element.' },
  ...unaryKernel('abs', Math.abs, 1),
  vjp: ({ inputs: { x }, grads }) => ({
    x: () => mul(grads.output, sub(cast(greater(x, 0), x.dtype), cast(less(x, 0), x.dtype))),
  }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.distinct([8]) }, options: {} }],
})

/** `|x|`, elementwise; its slope at 0 is taken as 0. Shapes: any → the same. */
export const abs: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => absOp)
