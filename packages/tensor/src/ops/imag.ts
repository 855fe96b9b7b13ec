import { zeros } from '../create.js'
import { type DType, realOf } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { complex } from './complex.js'
import type { RealFrom } from './real.js'

export const imagOp = defineOp<{ x: Tensor }>()({
  name: 'imag',
  doc: { summary: 'The imaginary part of each complex number.' },
  shape: ({ x }) => {
    checkDType('imag', 'x', x.dtype, ['complex64', 'complex128'])
    return { output: { shape: x.shape, dtype: realOf(x.dtype) } }
  },
  reference: ({ x }, _options, { output }) => {
    for (let i = 0; i < output.data.length; i++) output.data[i] = x.data[2 * i + 1]!
  },
  vjp: ({ grads: { output: grad } }) => ({
    x: () => complex(zeros(grad.shape, { dtype: grad.dtype }), grad),
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [{ name: 'matrix', inputs: { x: source.complex([2, 3]) }, options: {} }],
})

/** The imaginary part of each complex number. Shapes: any → the same. */
export function imag<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, RealFrom<D>> {
  return dispatch(imagOp, { x: x as Tensor }, {}).output as Tensor<S, RealFrom<D>>
}
