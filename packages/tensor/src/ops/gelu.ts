import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { errorFunction } from '../error-function.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { erf } from './erf.js'
import { exp } from './exp.js'
import { mul } from './mul.js'
import { sub } from './sub.js'
import { tanh } from './tanh.js'

type Approximate = 'none' | 'tanh'
const tanhScale = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

export const geluOp = defineOp<{ x: Tensor }, { approximate: Approximate }>()({
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
  vjp: ({ inputs: { x }, options: { approximate }, grads }) => ({
    x: () => mul(grads.output, approximate === 'none' ? exactSlope(x) : tanhSlope(x)),
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
  { approximate = 'none' }: { readonly approximate?: Approximate } = {},
): Tensor<S, D> {
  return dispatch(geluOp, { x: x as Tensor }, { approximate }).output as unknown as Tensor<S, D>
}

/** Φ(x) + x φ(x), φ the normal density. */
function exactSlope(x: Tensor): Tensor {
  const distribution = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  return add(distribution, mul(x, density))
}

/** With t = tanh(u), u = √(2/π) (x + 0.044715 x³): ½ (1 + t) + ½ x (1 - t²) u'. */
function tanhSlope(x: Tensor): Tensor {
  const square = mul(x, x)
  const t = tanh(mul(mul(x, add(mul(square, cubic), 1)), tanhScale))
  const innerSlope = mul(add(mul(square, 3 * cubic), 1), tanhScale)
  return mul(add(add(t, 1), mul(mul(x, sub(1, mul(t, t))), innerSlope)), 0.5)
}
