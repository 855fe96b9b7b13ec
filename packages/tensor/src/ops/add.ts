import { isComplex } from '../dtype.js'
import { broadcastSpec, elementwiseBinary, forEachBroadcast } from '../elementwise.js'
import { defineOp } from '../op.js'
import { sizeOf } from '../shape.js'
import type { ElementwiseBinary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'

import { sumTo } from './sum-to.js'

export const addOp = defineOp<{ a: Tensor; b: Tensor }>()({
  name: 'add',
  doc: { summary: 'Sum of each pair of elements, with broadcasting.' },
  shape: ({ a, b }) => ({
    output: broadcastSpec('add', a, b, ['float32', 'float64', 'int32', 'complex64', 'complex128']),
  }),
  reference: ({ a, b }, _options, { output }) => {
    const parts = isComplex(a.dtype) ? 2 : 1
    forEachBroadcast(a, b, output, (ia, ib, io) => {
      for (let part = 0; part < parts; part++) {
        output.data[parts * io + part] = a.data[parts * ia + part]! + b.data[parts * ib + part]!
      }
    })
  },
  vjp: ({ inputs: { a, b }, grads }) => ({
    a: () => sumTo(grads.output, a.shape),
    b: () => sumTo(grads.output, b.shape),
  }),
  cost: (_inputs, _options, { output }) => ({
    flops: (isComplex(output.dtype) ? 2 : 1) * sizeOf(output.shape),
  }),
  samples: (source) => [
    { name: 'same shape', inputs: { a: source.normal([2, 3]), b: source.normal([2, 3]) }, options: {} },
    { name: 'broadcast', inputs: { a: source.normal([2, 1, 3]), b: source.normal([4, 1]) }, options: {} },
    { name: 'complex', inputs: { a: source.complex([2, 3]), b: source.complex([3]) }, options: {} },
  ],
})

/** `a + b`, elementwise with broadcasting. Shapes: two that broadcast → their broadcast. A number is a scalar. */
export const add: ElementwiseBinary<'add'> = /* @__PURE__ */ elementwiseBinary(() => addOp)
