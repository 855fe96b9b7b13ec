import { type DType, isComplex, isDifferentiable } from '../dtype.js'
import { DTypeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'

export const castOp = defineOp<{ x: Tensor }, { dtype: DType }>()({
  name: 'cast',
  doc: {
    summary: 'The same numbers in another dtype: rounded, cut towards zero for integers, or x ≠ 0 for bool.',
  },
  shape: ({ x }, { dtype }) => {
    if (isComplex(x.dtype) !== isComplex(dtype)) {
      throw new DTypeError(`cast: ${x.dtype} to ${dtype}: use real(x), imag(x) or complex(re, im)`)
    }
    return { output: { shape: x.shape, dtype } }
  },
  reference: ({ x }, { dtype }, { output }) => {
    if (dtype !== 'bool') output.data.set(x.data)
    else for (let i = 0; i < x.data.length; i++) output.data[i] = Number(x.data[i] !== 0)
  },
  vjp: ({ inputs: { x }, options: { dtype }, grads }) => ({
    x:
      isDifferentiable(x.dtype) && isDifferentiable(dtype)
        ? () => cast(grads.output, x.dtype)
        : notDifferentiable('whole numbers have no slope'),
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    { name: 'same', inputs: { x: source.normal([2, 3]) }, options: { dtype: source.dtype } },
    {
      name: 'complex',
      inputs: { x: source.complex([3]) },
      options: { dtype: source.dtype === 'float64' ? 'complex128' : 'complex64' },
    },
  ],
})

/** The same numbers in another dtype. Shapes: any → the same. */
export function cast<S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> {
  if ((x.dtype as DType) === dtype) return x as unknown as Tensor<S, D>
  return dispatch(castOp, { x: x as Tensor }, { dtype }).output as unknown as Tensor<S, D>
}
