import { broadcastSpec, elementwiseBinary, forEachBroadcast } from '../elementwise.js'
import { defineOp, notDifferentiable } from '../op.js'
import { sizeOf } from '../shape.js'
import type { ElementwiseBinary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'

export const greaterEqualOp = defineOp<{ a: Tensor; b: Tensor }>()({
  name: 'greaterEqual',
  doc: { summary: 'Whether a is at least b, for each pair of elements, with broadcasting.' },
  shape: ({ a, b }) => ({
    output: broadcastSpec('greaterEqual', a, b, ['float32', 'float64', 'int32', 'bool'], 'bool'),
  }),
  reference: ({ a, b }, _options, { output }) => {
    forEachBroadcast(a, b, output, (ia, ib, io) => {
      output.data[io] = Number(a.data[ia]! >= b.data[ib]!)
    })
  },
  vjp: notDifferentiable('a comparison has no slope'),
  cost: (_inputs, _options, { output }) => ({ flops: sizeOf(output.shape) }),
  samples: (source) => [
    { name: 'integers', inputs: { a: source.integers([2, 6], 3), b: source.integers([6], 3) }, options: {} },
    { name: 'floats', inputs: { a: source.distinct([2, 3]), b: source.normal([3]) }, options: {} },
  ],
})

/** Whether a is at least b, for each pair of elements: bool. Shapes: two that broadcast → their broadcast. */
export const greaterEqual: ElementwiseBinary<'greaterEqual', 'bool'> = /* @__PURE__ */ elementwiseBinary(
  () => greaterEqualOp,
)
