import { bytesOf, type DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { IndexError, ShapeError } from '../errors.js'
import { checkIndices } from '../indices.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, type Shape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { embeddingBackward } from './embedding-backward.js'

export type EmbeddingOptions = {
  /** The row of the padding token, which gets no gradient. It is looked up like any other. */
  readonly paddingIndex?: number
}

export const embeddingOp = defineOp<{ weight: Tensor; ids: Tensor }, EmbeddingOptions>()({
  name: 'embedding',
  doc: { summary: 'Looks up rows of a table: for each id, the row of weight with that number.' },
  shape: ({ weight, ids }, { paddingIndex }) => {
    checkDType('embedding', 'weight', weight.dtype, ['float32', 'float64'])
    checkDType('embedding', 'ids', ids.dtype, ['int32'])
    if (weight.shape.length !== 2) {
      throw new ShapeError(
        `embedding: weight has shape ${formatShape(weight.shape)}; expected [rows, features]`,
      )
    }
    if (paddingIndex !== undefined && !(paddingIndex >= 0 && paddingIndex < weight.shape[0]!)) {
      throw new IndexError(`embedding: paddingIndex ${paddingIndex} is outside 0 to ${weight.shape[0]! - 1}`)
    }
    return { output: { shape: [...ids.shape, weight.shape[1]!], dtype: weight.dtype } }
  },
  reference: ({ weight, ids }, _options, { output }) => {
    const [rows, features] = weight.shape as readonly [number, number]
    checkIndices('embedding', ids.data, rows)
    for (let i = 0; i < ids.data.length; i++) {
      const start = ids.data[i]! * features
      output.data.set(weight.data.subarray(start, start + features), i * features)
    }
  },
  vjp: ({ inputs: { weight, ids }, options, grads }) => ({
    weight: () => embeddingBackward({ grad: grads.output, ids }, { rows: weight.shape[0]!, ...options }),
    ids: notDifferentiable('the number of a row has no slope'),
  }),
  // Only the rows that are looked up are read.
  cost: ({ ids }, _options, { output }) => ({
    flops: 0,
    bytes: bytesOf('int32') * sizeOf(ids.shape) + 2 * bytesOf(output.dtype) * sizeOf(output.shape),
  }),
  samples: (source) => [
    {
      name: 'sentences',
      inputs: { weight: source.normal([5, 3]), ids: source.integers([2, 4], 5) },
      options: {},
    },
    {
      name: 'repeated ids',
      inputs: { weight: source.normal([3, 2]), ids: source.integers([8], 3) },
      options: {},
    },
  ],
})

/** Rows of a table by their numbers. Shapes: weight `[V, D]`, ids `[…]` of int32 in 0 … V - 1 → `[…, D]`. */
export function embedding<D extends DType>(
  weight: Tensor<Shape, D>,
  ids: Tensor,
  { paddingIndex }: EmbeddingOptions = {},
): Tensor<Shape, D> {
  return dispatch(embeddingOp, { weight: weight as Tensor, ids }, { paddingIndex }).output as Tensor<Shape, D>
}
