import { elementwiseUnary, unaryKernel } from '../elementwise.js'
import { errorFunction } from '../error-function.js'
import { defineOp } from '../op.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { exp } from './exp.js'
import { mul } from './mul.js'
import { neg } from './neg.js'

export const erfOp = defineOp<{ x: Tensor }>()({
  name: 'erf',
  doc: { summary: 'The error function of each element.' },
  ...unaryKernel('erf', errorFunction, 1),
  vjp: ({ inputs: { x }, grads }) => ({
    x: () => mul(grads.output, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
  }),
  samples: (source) => [{ name: 'vector', inputs: { x: source.normal([7]) }, options: {} }],
})

/** The error function, elementwise. Shapes: any → the same. */
export const erf: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => erfOp)
