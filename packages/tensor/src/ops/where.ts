import { broadcastIndices } from '../broadcast-indices.js'
import type { DType } from '../dtype.js'
import { isComplex } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { DTypeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { broadcastShapes, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { sumTo } from './sum-to.js'
import { zerosLike } from './zeros-like.js'

export const whereOp = defineOp<{ condition: Tensor; a: Tensor; b: Tensor }>()({
  name: 'where',
  doc: { summary: 'The element of a where the condition holds, else that of b, with broadcasting.' },
  shape: ({ condition, a, b }) => {
    checkDType('where', 'condition', condition.dtype, ['bool'])
    if (a.dtype !== b.dtype)
      throw new DTypeError(`where: a is ${a.dtype} and b is ${b.dtype}; cast one of them`)
    const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape, 'where'), 'where')
    return { output: { shape, dtype: a.dtype } }
  },
  reference: ({ condition, a, b }, _options, { output }) => {
    const parts = isComplex(a.dtype) ? 2 : 1
    const at = [condition, a, b].map((input) => broadcastIndices(input.shape, output.shape))
    for (let i = 0; i < sizeOf(output.shape); i++) {
      const chosen = condition.data[at[0]![i]!] ? a : b
      const from = condition.data[at[0]![i]!] ? at[1]![i]! : at[2]![i]!
      for (let part = 0; part < parts; part++)
        output.data[parts * i + part] = chosen.data[parts * from + part]!
    }
  },
  vjp: ({ inputs: { condition, a, b }, grads: { output: grad } }) => ({
    condition: notDifferentiable('a condition has no slope'),
    a: () => sumTo(where(condition as Tensor<Shape, 'bool'>, grad, zerosLike(grad)), a.shape),
    b: () => sumTo(where(condition as Tensor<Shape, 'bool'>, zerosLike(grad), grad), b.shape),
  }),
  cost: () => ({ flops: 0 }),
  samples: (source) => [
    {
      name: 'same shape',
      inputs: { condition: source.booleans([2, 3]), a: source.normal([2, 3]), b: source.normal([2, 3]) },
      options: {},
    },
    {
      name: 'broadcast',
      inputs: { condition: source.booleans([2, 1]), a: source.complex([3]), b: source.complex([]) },
      options: {},
    },
  ],
})

/** `condition ? a : b`, elementwise. Shapes: three that broadcast → their broadcast; condition is bool. */
export function where<D extends DType>(
  condition: Tensor<Shape, 'bool'>,
  a: Tensor<Shape, D>,
  b: Tensor<Shape, NoInfer<D>>,
): Tensor<Shape, D> {
  return dispatch(whereOp, { condition: condition as Tensor, a: a as Tensor, b: b as Tensor }, {})
    .output as Tensor<Shape, D>
}
