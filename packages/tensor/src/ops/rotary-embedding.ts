import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { add } from './add.js'
import { concat } from './concat.js'
import { mul } from './mul.js'
import { neg } from './neg.js'
import { reshape } from './reshape.js'
import { slice } from './slice.js'
import { sub } from './sub.js'

type Inputs = { x: Tensor; cos: Tensor; sin: Tensor }
type Options = {
  /** Apply the transpose of the rotation's matrix instead: the gradient for x, and for true angles the inverse. */
  readonly transposed: boolean
}

const noTableGradient = notDifferentiable('the tables of cosines and sines are constants')

export const rotaryEmbeddingOp = defineOp<Inputs, Options>()({
  name: 'rotaryEmbedding',
  doc: {
    summary:
      'Rotary position embedding: x · cos + rotateHalf(x) · sin, where rotateHalf(a, b) = (-b, a) for the two ' +
      'halves of the last axis.',
    source: 'Su et al.: RoFormer. arXiv 2104.09864, equation 34, with the pairs (i, i + D/2).',
  },
  shape: ({ x, cos, sin }) => {
    checkDType('rotaryEmbedding', 'x', x.dtype, ['float32', 'float64'])
    const [batch, , positions, features] = x.shape
    if (x.shape.length !== 4 || features! % 2 !== 0) {
      throw new ShapeError(
        `rotaryEmbedding: x has shape ${formatShape(x.shape)}; expected [batch, heads, positions, an even number]`,
      )
    }
    const table = [positions!, features!]
    for (const [name, spec] of Object.entries({ cos, sin })) {
      checkDType('rotaryEmbedding', name, spec.dtype, [x.dtype])
      if (!sameShape(spec.shape, table) && !sameShape(spec.shape, [batch!, ...table])) {
        throw new ShapeError(
          `rotaryEmbedding: ${name} has shape ${formatShape(spec.shape)}; x ${formatShape(x.shape)} needs ` +
            `${formatShape(table)} or ${formatShape([batch!, ...table])}`,
        )
      }
    }
    return { output: x }
  },
  reference: ({ x, cos, sin }, { transposed }, { output }) => {
    const [batch, heads, positions, features] = x.shape as readonly [number, number, number, number]
    const half = features / 2
    const matrix = positions * features
    for (let head = 0; head < batch * heads; head++) {
      const b = Math.floor(head / heads)
      const atCos = cos.shape.length === 3 ? b * matrix : 0
      const atSin = sin.shape.length === 3 ? b * matrix : 0
      for (let position = 0; position < positions; position++) {
        const row = position * features
        for (let i = row; i < row + half; i++) {
          const first = x.data[head * matrix + i]!
          const second = x.data[head * matrix + i + half]!
          const firstSin = sin.data[atSin + i]!
          const secondSin = sin.data[atSin + i + half]!
          // The matrix of one pair is [cos, -sin; sin', cos'], where ' marks the second half's entries.
          output.data[head * matrix + i] =
            first * cos.data[atCos + i]! + (transposed ? second * secondSin : -second * firstSin)
          output.data[head * matrix + i + half] =
            second * cos.data[atCos + i + half]! + (transposed ? -first * firstSin : first * secondSin)
        }
      }
    }
  },
  composition: ({ x, cos, sin }, { transposed }) => {
    const perHead = (table: Tensor): Tensor =>
      table.rank === 3 ? reshape(table, [table.shape[0]!, 1, ...table.shape.slice(1)]) : table
    const straight = mul(x, perHead(cos))
    return {
      output: transposed
        ? sub(straight, rotateHalf(mul(x, perHead(sin))))
        : add(straight, mul(rotateHalf(x), perHead(sin))),
    }
  },
  // A rotation is linear in x; its gradient is the transposed one.
  vjp: ({ inputs: { cos, sin }, options: { transposed }, grads }) => ({
    x: () => dispatch(rotaryEmbeddingOp, { x: grads.output, cos, sin }, { transposed: !transposed }).output,
    cos: noTableGradient,
    sin: noTableGradient,
  }),
  // Two products and a sum; the sign of the rotated half goes into the sum.
  cost: ({ x }) => ({ flops: 3 * sizeOf(x.shape) }),
  samples: (source) => [
    {
      name: 'one table',
      inputs: { x: source.normal([2, 2, 3, 4]), cos: source.normal([3, 4]), sin: source.normal([3, 4]) },
      options: { transposed: false },
    },
    {
      name: 'a table for each of the batch, transposed',
      inputs: {
        x: source.normal([2, 1, 3, 6]),
        cos: source.normal([2, 3, 6]),
        sin: source.normal([2, 3, 6]),
      },
      options: { transposed: true },
    },
  ],
})

/**
 * Rotary position embedding with rotated halves. Shapes: x `[B, H, T, D]` with D even, cos and sin `[T, D]` or
 * `[B, T, D]` → as x. A position's row of the tables holds cos and sin of its angles, halves repeated; for given
 * positions take rows with `embedding(table, positions)`.
 */
export function rotaryEmbedding(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  return dispatch(rotaryEmbeddingOp, { x, cos, sin }, { transposed: false }).output
}

/** (a, b) → (-b, a) for the halves of the last axis. Its transpose is its negative. */
function rotateHalf(x: Tensor): Tensor {
  const half = [...x.shape.slice(0, -1), x.shape.at(-1)! / 2]
  const first = slice(x, [0, 0, 0, 0], half)
  const second = slice(x, [0, 0, 0, half.at(-1)!], half)
  return concat<Tensor['dtype']>([neg(second), first], { axis: -1 })
}
