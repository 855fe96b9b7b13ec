import { axisLayout } from '../axis-layout.js'
import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { normalizeAxis, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { exp } from './exp.js'
import { log } from './log.js'
import { logSoftmaxBackward } from './log-softmax-backward.js'
import { max } from './max.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

export const logSoftmaxOp = defineOp<{ x: Tensor }, { readonly axis: number }>()({
  name: 'logSoftmax',
  doc: { summary: 'The logarithm of the softmax along one axis: x - log(sum(exp(x))), without overflow.' },
  shape: ({ x }, { axis }) => {
    checkDType('logSoftmax', 'x', x.dtype, ['float32', 'float64'])
    normalizeAxis(axis, x.shape.length, 'logSoftmax')
    return { output: x }
  },
  reference: ({ x }, { axis }, { output }) => {
    const { blocks, length, stride } = axisLayout(x.shape, axis, 'logSoftmax')
    for (let block = 0; block < blocks; block++) {
      for (let inner = 0; inner < stride; inner++) {
        const start = block * length * stride + inner
        let largest = -Infinity
        for (let i = 0; i < length; i++) largest = Math.max(largest, x.data[start + i * stride]!)
        let total = 0
        for (let i = 0; i < length; i++) total += Math.exp(x.data[start + i * stride]! - largest)
        const logTotal = Math.log(total)
        for (let i = 0; i < length; i++) {
          output.data[start + i * stride] = x.data[start + i * stride]! - largest - logTotal
        }
      }
    }
  },
  composition: ({ x }, { axis }) => {
    const along = { axes: [axis], keepDims: true }
    const shifted = sub(x, max(x, along))
    return { output: sub(shifted, log(sum(exp(shifted), along))) }
  },
  vjp: ({ options, outputs: { output: y }, grads: { output: grad } }) => ({
    x: () => logSoftmaxBackward({ grad, y }, options),
  }),
  // Largest, shift, exponential, sum, difference; one logarithm a row.
  cost: ({ x }, { axis }) => {
    const { blocks, stride } = axisLayout(x.shape, axis, 'logSoftmax')
    return { flops: 5 * sizeOf(x.shape) + blocks * stride }
  },
  samples: (source) => [
    { name: 'last axis', inputs: { x: source.normal([3, 5]) }, options: { axis: -1 } },
    { name: 'middle axis', inputs: { x: source.normal([2, 4, 3]) }, options: { axis: 1 } },
  ],
})

/** The logarithm of the softmax along `axis`, the last unless told. Shapes: any with that axis → the same. */
export function logSoftmax<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  { axis = -1 }: { readonly axis?: number } = {},
): Tensor<S, D> {
  return dispatch(logSoftmaxOp, { x: x as unknown as Tensor }, { axis }).output as unknown as Tensor<S, D>
}
