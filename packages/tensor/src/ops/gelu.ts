import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { errorFunction } from '../error-function.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { geluBackward } from './gelu-backward.js'

export type GeluOptions = {
  /** The exact function, or its approximation by a hyperbolic tangent. */
  readonly approximate: 'none' | 'tanh'
}
const tanhScale = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

export const geluOp = defineOp<{ x: Tensor }, GeluOptions>()({
  name: 'gelu',
  doc: {
    summary:
      'x · Φ(x) of each element, Φ the normal distribution function, exact or by its tanh approximation.',
    source: 'Hendrycks, Gimpel: Gaussian Error Linear Units. arXiv 1606.08415, section 2.',
  },
  shape: ({ x }) => {
    checkDType('gelu', 'x', x.dtype, ['float32', 'float64'])
    return { output: x }
  },
  reference: ({ x }, { approximate }, { output }) => {
    for (let i = 0; i < x.data.length; i++) {
      const v = x.data[i]!
      output.data[i] =
        approximate === 'none'
          ? 0.5 * v * (1 + errorFunction(v * Math.SQRT1_2))
          : 0.5 * v * (1 + Math.tanh(tanhScale * (v + cubic * v ** 3)))
    }
  },
  vjp: ({ inputs: { x }, options, grads }) => ({
    x: () => geluBackward({ grad: grads.output, x }, options),
  }),
  cost: ({ x }, { approximate }) => ({ flops: (approximate === 'none' ? 5 : 9) * sizeOf(x.shape) }),
  samples: (source) => [
    { name: 'exact', inputs: { x: source.normal([9], 2) }, options: { approximate: 'none' } },
    { name: 'tanh', inputs: { x: source.normal([9], 2) }, options: { approximate: 'tanh' } },
  ],
})

/** The Gaussian error linear unit, elementwise. Shapes: any → the same. */
export function gelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { approximate = 'none' }: Partial<GeluOptions> = {},
): Tensor<S, D> {
  return dispatch(geluOp, { x: x as Tensor }, { approximate }).output as unknown as Tensor<S, D>
}
