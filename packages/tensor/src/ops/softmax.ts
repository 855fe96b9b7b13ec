import { axisLayout } from '../axis-layout.js'
import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { normalizeAxis, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { div } from './div.js'
import { exp } from './exp.js'
import { max } from './max.js'
import { softmaxBackward } from './softmax-backward.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

export const softmaxOp = defineOp<{ x: Tensor }, { readonly axis: number }>()({
  name: 'softmax',
  doc: {
    summary: 'exp(x) / sum(exp(x)) along one axis, shifted by the largest x so that nothing overflows.',
  },
  shape: ({ x }, { axis }) => {
    checkDType('softmax', 'x', x.dtype, ['float32', 'float64'])
    normalizeAxis(axis, x.shape.length, 'softmax')
    return { output: x }
  },
  reference: ({ x }, { axis }, { output }) => {
    const { blocks, length, stride } = axisLayout(x.shape, axis, 'softmax')
    const exponentials = new Float64Array(length)
    for (let block = 0; block < blocks; block++) {
      for (let inner = 0; inner < stride; inner++) {
        const start = block * length * stride + inner
        let largest = -Infinity
        for (let i = 0; i < length; i++) largest = Math.max(largest, x.data[start + i * stride]!)
        let total = 0
        for (let i = 0; i < length; i++) {
          exponentials[i] = Math.exp(x.data[start + i * stride]! - largest)
          total += exponentials[i]!
        }
        for (let i = 0; i < length; i++) output.data[start + i * stride] = exponentials[i]! / total
      }
    }
  },
  composition: ({ x }, { axis }) => {
    const along = { axes: [axis], keepDims: true }
    const exponentials = exp(sub(x, max(x, along)))
    return { output: div(exponentials, sum(exponentials, along)) }
  },
  vjp: ({ options, outputs: { output: y }, grads: { output: grad } }) => ({
    x: () => softmaxBackward({ grad, y }, options),
  }),
  // Largest, shift, exponential, sum, quotient.
  cost: ({ x }) => ({ flops: 5 * sizeOf(x.shape) }),
  samples: (source) => [
    { name: 'last axis', inputs: { x: source.normal([3, 5]) }, options: { axis: -1 } },
    { name: 'middle axis', inputs: { x: source.normal([2, 4, 3]) }, options: { axis: 1 } },
  ],
})

/** The softmax along `axis`, the last unless told. Shapes: any with that axis → the same. */
export function softmax<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { axis = -1 }: { readonly axis?: number } = {},
): Tensor<S, D> {
  return dispatch(softmaxOp, { x: x as unknown as Tensor }, { axis }).output as unknown as Tensor<S, D>
}
