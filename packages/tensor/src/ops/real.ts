import { zeros } from '../create.js'
import { type DType, type RealOf, realOf } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { complex } from './complex.js'

export const realOp = defineOp<{ x: Tensor }>()({
  name: 'real',
  doc: { summary: 'The real part of each complex number.' },
  shape: ({ x }) => {
    checkDType('real', 'x', x.dtype, ['complex64', 'complex128'])
    return { output: { shape: x.shape, dtype: realOf(x.dtype) } }
  },
  reference: ({ x }, _options, { output }) => {
    for (let i = 0; i < output.data.length; i++) output.data[i] = x.data[2 * i]!
  },
  vjp: ({ grads: { output: grad } }) => ({
    x: () => complex(grad, zeros(grad.shape, { dtype: grad.dtype })),
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [{ name: 'matrix', inputs: { x: source.complex([2, 3]) }, options: {} }],
})

/** The dtype of a complex dtype's parts; of a dtype that types do not know, either one. */
export type RealFrom<D extends DType> = D extends keyof RealOf ? RealOf[D] : never

/** The real part of each complex number. Shapes: any → the same. */
export function real<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, RealFrom<D>> {
  return dispatch(realOp, { x: x as Tensor }, {}).output as Tensor<S, RealFrom<D>>
}
