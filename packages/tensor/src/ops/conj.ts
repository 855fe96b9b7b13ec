import type { DType } from '../dtype.js'
import { isComplex } from '../dtype.js'
import { checkDType, elementwiseUnary } from '../elementwise.js'
import { defineOp } from '../op.js'
import { type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'

export const conjOp = defineOp<{ x: Tensor }>()({
  name: 'conj',
  doc: { summary: 'The complex conjugate of each element.' },
  shape: ({ x }) => {
    checkDType('conj', 'x', x.dtype, ['complex64', 'complex128'])
    return { output: x }
  },
  reference: ({ x }, _options, { output }) => {
    for (let i = 0; i < x.data.length; i += 2) {
      output.data[i] = x.data[i]!
      output.data[i + 1] = -x.data[i + 1]!
    }
  },
  vjp: ({ grads }) => ({ x: () => conj(grads.output) }),
  cost: ({ x }) => ({ flops: sizeOf(x.shape) }),
  samples: (source) => [{ name: 'matrix', inputs: { x: source.complex([2, 3]) }, options: {} }],
})

const conjugate = /* @__PURE__ */ elementwiseUnary(() => conjOp)

/** The complex conjugate. Shapes: any → the same. A real tensor is its own conjugate and is returned as it is. */
export function conj<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return isComplex(x.dtype) ? conjugate(x) : x
}
