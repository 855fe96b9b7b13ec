import { checkDType, elementwiseUnary } from '../elementwise.js'
import { defineOp } from '../op.js'
import { sizeOf } from '../shape.js'
import type { ElementwiseUnary } from '../shape-types.js'
import type { Tensor } from '../tensor.js'

export const negOp = defineOp<{ x: Tensor }>()({
  name: 'neg',
  doc: { summary: 'Each element with the other sign.' },
  shape: ({ x }) => {
    checkDType('neg', 'x', x.dtype, ['float32', 'float64', 'int32', 'complex64', 'complex128'])
    return { output: x }
  },
  reference: ({ x }, _options, { output }) => {
    for (let i = 0; i < x.data.length; i++) output.data[i] = -x.data[i]!
  },
  vjp: ({ grads }) => ({ x: () => neg(grads.output) }),
  cost: ({ x }) => ({ flops: sizeOf(x.shape) }),
  samples: (source) => [
    { name: 'matrix', inputs: { x: source.normal([2, 3]) }, options: {} },
    { name: 'complex', inputs: { x: source.complex([3]) }, options: {} },
  ],
})

/** `-x`, elementwise. Shapes: any → the same. */
export const neg: ElementwiseUnary = /* @__PURE__ */ elementwiseUnary(() => negOp)
