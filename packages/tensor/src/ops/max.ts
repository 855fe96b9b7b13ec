import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp } from '../op.js'
import { type ReductionOptions, reducedShape, reductionMap } from '../reduction.js'
import { formatShape, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { div } from './div.js'
import { equal } from './equal.js'
import { mul } from './mul.js'
import { reshape } from './reshape.js'
import { sum } from './sum.js'

export const maxOp = defineOp<{ x: Tensor }, ReductionOptions>()({
  name: 'max',
  doc: { summary: 'The largest element over some axes, or over all.' },
  shape: ({ x }, options) => {
    checkDType('max', 'x', x.dtype, ['float32', 'float64', 'int32'])
    const shape = reducedShape('max', x.shape, options)
    if (sizeOf(x.shape) === 0 && sizeOf(shape) > 0) {
      throw new ShapeError(`max: ${formatShape(x.shape)} has no elements to choose from`)
    }
    return { output: { shape, dtype: x.dtype } }
  },
  reference: ({ x }, options, { output }) => {
    const target = reductionMap(x.shape, options)
    const largest = new Float64Array(output.data.length).fill(Number.NEGATIVE_INFINITY)
    for (let i = 0; i < target.length; i++) {
      const at = target[i]!
      largest[at] = Math.max(largest[at]!, x.data[i]!)
    }
    output.data.set(largest)
  },
  // Several elements that are equally large share the gradient evenly, as in PyTorch's amax.
  vjp: ({ inputs: { x }, options, outputs, grads }) => ({
    x: () => {
      const kept = reducedShape('max', x.shape, { ...options, keepDims: true })
      const chosen: Tensor = cast(equal(x, reshape(outputs.output, kept) as Tensor), x.dtype)
      const share: Tensor = div(chosen, sum(chosen, { axes: options.axes, keepDims: true }))
      return mul(share, reshape(grads.output, kept) as Tensor)
    },
  }),
  cost: ({ x }) => ({ flops: sizeOf(x.shape) }),
  samples: (source) => [
    { name: 'all', inputs: { x: source.distinct([2, 3]) }, options: {} },
    { name: 'one axis', inputs: { x: source.distinct([3, 4]) }, options: { axes: [1] } },
    { name: 'kept', inputs: { x: source.distinct([2, 3, 2]) }, options: { axes: [0, 2], keepDims: true } },
  ],
})

/** The largest element over `axes` (all of them unless told). Shapes: as for `sum`. */
export function max<D extends DType>(x: Tensor<Shape, D>, options: ReductionOptions = {}): Tensor<Shape, D> {
  return dispatch(maxOp, { x: x as Tensor }, options).output as Tensor<Shape, D>
}
