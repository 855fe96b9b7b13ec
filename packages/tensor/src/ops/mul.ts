import { isComplex } from '../dtype.js'
import { broadcastSpec, elementwiseBinary, forEachBroadcast } from '../elementwise.js'
import { defineOp } from '../op.js'
import { sizeOf } from '../shape.js'
import type { ElementwiseBinary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'
import { conj } from './conj.js'
import { sumTo } from './sum-to.js'

export const mulOp = defineOp<{ a: Tensor; b: Tensor }>()({
  name: 'mul',
  doc: { summary: 'Product of each pair of elements, with broadcasting; complex numbers multiply as such.' },
  shape: ({ a, b }) => ({
    output: broadcastSpec('mul', a, b, ['float32', 'float64', 'int32', 'complex64', 'complex128']),
  }),
  reference: ({ a, b }, _options, { output }) => {
    if (!isComplex(a.dtype)) {
      forEachBroadcast(a, b, output, (ia, ib, io) => {
        output.data[io] = a.data[ia]! * b.data[ib]!
      })
      return
    }
    // (u + iv)(x + iy) = (ux - vy) + i(uy + vx)
    forEachBroadcast(a, b, output, (ia, ib, io) => {
      const u = a.data[2 * ia]!
      const v = a.data[2 * ia + 1]!
      const x = b.data[2 * ib]!
      const y = b.data[2 * ib + 1]!
      output.data[2 * io] = u * x - v * y
      output.data[2 * io + 1] = u * y + v * x
    })
  },
  // A complex gradient is d/dre + i·d/dim, so the other factor enters conjugated.
  vjp: ({ inputs: { a, b }, grads }) => ({
    a: () => sumTo(mul(grads.output, conj(b)), a.shape),
    b: () => sumTo(mul(grads.output, conj(a)), b.shape),
  }),
  cost: (_inputs, _options, { output }) => ({
    flops: (isComplex(output.dtype) ? 6 : 1) * sizeOf(output.shape),
  }),
  samples: (source) => [
    { name: 'same shape', inputs: { a: source.normal([2, 3]), b: source.normal([2, 3]) }, options: {} },
    { name: 'broadcast', inputs: { a: source.normal([2, 1, 3]), b: source.normal([4, 1]) }, options: {} },
    { name: 'complex', inputs: { a: source.complex([2, 3]), b: source.complex([3]) }, options: {} },
  ],
})

/** `a · b`, elementwise with broadcasting. Shapes: two that broadcast → their broadcast. A number is a scalar. */
export const mul: ElementwiseBinary<'mul'> = /* @__PURE__ */ elementwiseBinary(() => mulOp)
