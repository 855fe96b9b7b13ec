import { errorFunction } from '../error-function.js'
import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { erf } from './erf.js'
import { exp } from './exp.js'
import type { GeluOptions } from './gelu.js'
import { mul } from './mul.js'
import { sub } from './sub.js'
import { tanh } from './tanh.js'

type Inputs = { grad: Tensor; x: Tensor }

const tanhScale = Math.sqrt(2 / Math.PI)
const densityScale = 1 / Math.sqrt(2 * Math.PI)
const cubic = 0.044715

/** The gradient of `gelu` for x: grad times the slope. */
export const geluBackwardOp = defineOp<Inputs, GeluOptions>()({
  name: 'geluBackward',
  doc: { summary: 'The gradient of gelu for x, in both of its forms.' },
  shape: ({ x }) => ({ output: x }),
  reference: ({ grad, x }, { approximate }, { output }) => {
    for (let i = 0; i < x.data.length; i++) {
      const v = x.data[i]!
      if (approximate === 'none') {
        const distribution = 0.5 * (1 + errorFunction(v * Math.SQRT1_2))
        output.data[i] = grad.data[i]! * (distribution + v * densityScale * Math.exp(-0.5 * v * v))
      } else {
        const t = Math.tanh(tanhScale * (v + cubic * v ** 3))
        const innerSlope = tanhScale * (1 + 3 * cubic * v * v)
        output.data[i] = grad.data[i]! * 0.5 * (1 + t + v * (1 - t * t) * innerSlope)
      }
    }
  },
  composition: ({ grad, x }, { approximate }) => ({
    output: mul(grad, approximate === 'none' ? exactSlope(x) : tanhSlope(x)),
  }),
  vjp: throughComposition,
  cost: ({ x }, { approximate }) => ({ flops: (approximate === 'none' ? 11 : 17) * sizeOf(x.shape) }),
  samples: (source) => [
    {
      name: 'exact',
      inputs: { grad: source.normal([9]), x: source.normal([9], 2) },
      options: { approximate: 'none' },
    },
    {
      name: 'tanh',
      inputs: { grad: source.normal([9]), x: source.normal([9], 2) },
      options: { approximate: 'tanh' },
    },
  ],
})

export function geluBackward(inputs: Inputs, options: GeluOptions): Tensor {
  return dispatch(geluBackwardOp, inputs, options).output
}

/** Φ(x) + x φ(x), φ the normal density. */
function exactSlope(x: Tensor): Tensor {
  const distribution = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)
  const density = mul(exp(mul(mul(x, x), -0.5)), densityScale)
  return add(distribution, mul(x, density))
}

/** With t = tanh(u), u = √(2/π) (x + 0.044715 x³): ½ (1 + t) + ½ x (1 - t²) u'. */
function tanhSlope(x: Tensor): Tensor {
  const square = mul(x, x)
  const t = tanh(mul(mul(x, add(mul(square, cubic), 1)), tanhScale))
  const innerSlope = mul(add(mul(square, 3 * cubic), 1), tanhScale)
  return mul(add(add(t, 1), mul(mul(x, sub(1, mul(t, t))), innerSlope)), 0.5)
}
