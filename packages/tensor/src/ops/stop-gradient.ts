import type { DType } from '../dtype.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'

export const stopGradientOp = defineOp<{ x: Tensor }>()({
  name: 'stopGradient',
  doc: { summary: 'The same tensor, taken as a constant by every gradient.' },
  shape: ({ x }) => ({ output: x }),
  reference: ({ x }, _options, { output }) => output.data.set(x.data),
  vjp: notDifferentiable('it exists to have no gradient'),
  view: 'x',
  cost: () => ({ flops: 0, bytes: 0 }),
  samples: (source) => [{ name: 'matrix', inputs: { x: source.normal([2, 3]) }, options: {} }],
})

/** `x` as a constant: no gradient flows through it. Shapes: any → the same. Nothing is copied. */
export function stopGradient<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return dispatch(stopGradientOp, { x: x as Tensor }, {}).output as unknown as Tensor<S, D>
}
