import { type ComplexOf, complexOf, type DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { formatShape, type Shape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { imag } from './imag.js'
import { real } from './real.js'

export const complexOp = defineOp<{ re: Tensor; im: Tensor }>()({
  name: 'complex',
  doc: { summary: 'Complex numbers from their real and imaginary parts.' },
  shape: ({ re, im }) => {
    checkDType('complex', 're', re.dtype, ['float32', 'float64'])
    checkDType('complex', 'im', im.dtype, [re.dtype])
    if (!sameShape(re.shape, im.shape)) {
      throw new ShapeError(
        `complex: re ${formatShape(re.shape)} and im ${formatShape(im.shape)} need one shape`,
      )
    }
    return { output: { shape: re.shape, dtype: complexOf(re.dtype) } }
  },
  reference: ({ re, im }, _options, { output }) => {
    for (let i = 0; i < re.data.length; i++) {
      output.data[2 * i] = re.data[i]!
      output.data[2 * i + 1] = im.data[i]!
    }
  },
  vjp: ({ grads }) => ({ re: () => real(grads.output), im: () => imag(grads.output) }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    { name: 'matrix', inputs: { re: source.normal([2, 3]), im: source.normal([2, 3]) }, options: {} },
  ],
})

/** The complex dtype with parts of `D`; of a dtype that types do not know, either one. */
export type ComplexFrom<D extends DType> = D extends keyof ComplexOf ? ComplexOf[D] : never

/** `re + i·im`, elementwise. Shapes: two equal ones → the same. */
export function complex<S extends Shape, D extends DType>(
  re: Tensor<S, D>,
  im: Tensor<NoInfer<S>, NoInfer<D>>,
): Tensor<S, ComplexFrom<D>> {
  return dispatch(complexOp, { re: re as Tensor, im: im as Tensor }, {}).output as Tensor<S, ComplexFrom<D>>
}
