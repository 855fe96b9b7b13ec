import { broadcastSpec, elementwiseBinary, forEachBroadcast } from '../elementwise.js'
import { defineOp } from '../op.js'
import { sizeOf } from '../shape.js'
import type { ElementwiseBinary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { mul } from './mul.js'
import { neg } from './neg.js'
import { sumTo } from './sum-to.js'

export const divOp = defineOp<{ a: Tensor; b: Tensor }>()({
  name: 'div',
  doc: { summary: 'Quotient of each pair of elements, with broadcasting.' },
  shape: ({ a, b }) => ({ output: broadcastSpec('div', a, b, ['float32', 'float64']) }),
  reference: ({ a, b }, _options, { output }) => {
    forEachBroadcast(a, b, output, (ia, ib, io) => {
      output.data[io] = a.data[ia]! / b.data[ib]!
    })
  },
  vjp: ({ inputs: { a, b }, grads }) => ({
    a: () => sumTo(div(grads.output, b), a.shape),
    b: () => sumTo(neg(div(mul(grads.output, a), mul(b, b))), b.shape),
  }),
  cost: (_inputs, _options, { output }) => ({ flops: sizeOf(output.shape) }),
  samples: (source) => [
    { name: 'same shape', inputs: { a: source.between([2, 3]), b: source.between([2, 3]) }, options: {} },
    { name: 'broadcast', inputs: { a: source.between([2, 1, 3]), b: source.between([4, 1]) }, options: {} },
  ],
})

/** `a / b`, elementwise with broadcasting. Shapes: two that broadcast → their broadcast. A number is a scalar. */
export const div: ElementwiseBinary<'div'> = /* @__PURE__ */ elementwiseBinary(() => divOp)
