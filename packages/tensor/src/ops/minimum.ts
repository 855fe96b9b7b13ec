import { broadcastSpec, elementwiseBinary, forEachBroadcast } from '../elementwise.js'
import { defineOp } from '../op.js'
import { sizeOf } from '../shape.js'
import type { ElementwiseBinary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { cast } from './cast.js'
import { less } from './less.js'
import { lessEqual } from './less-equal.js'
import { mul } from './mul.js'
import { sumTo } from './sum-to.js'

export const minimumOp = defineOp<{ a: Tensor; b: Tensor }>()({
  name: 'minimum',
  doc: { summary: 'Smaller of each pair of elements, with broadcasting.' },
  shape: ({ a, b }) => ({ output: broadcastSpec('minimum', a, b, ['float32', 'float64', 'int32']) }),
  reference: ({ a, b }, _options, { output }) => {
    forEachBroadcast(a, b, output, (ia, ib, io) => {
      output.data[io] = Math.min(a.data[ia]!, b.data[ib]!)
    })
  },
  // Equal elements share the gradient evenly, as in PyTorch.
  vjp: ({ inputs: { a, b }, grads }) => ({
    a: () => sumTo(mul(grads.output, share(a, b)), a.shape),
    b: () => sumTo(mul(grads.output, share(b, a)), b.shape),
  }),
  cost: (_inputs, _options, { output }) => ({ flops: sizeOf(output.shape) }),
  samples: (source) => [
    { name: 'same shape', inputs: { a: source.normal([2, 3]), b: source.normal([2, 3]) }, options: {} },
    { name: 'broadcast', inputs: { a: source.normal([2, 1, 3]), b: source.normal([4, 1]) }, options: {} },
  ],
})

/** The smaller of a and b, elementwise with broadcasting. Shapes: two that broadcast → their broadcast. A number is a scalar. */
export const minimum: ElementwiseBinary<'minimum'> = /* @__PURE__ */ elementwiseBinary(() => minimumOp)

/** 1 where x is less than y, ½ where they are equal, else 0. */
function share(x: Tensor, y: Tensor): Tensor {
  return mul(add(cast(less(x, y), x.dtype), cast(lessEqual(x, y), x.dtype)), 0.5)
}
