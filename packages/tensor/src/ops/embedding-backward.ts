import { allocateData, bytesOf } from '../dtype.js'
import { lazyTensor } from '../eager.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { checkIndices } from '../indices.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { type EmbeddingOptions, embedding } from './embedding.js'
import { mul } from './mul.js'

type Inputs = { grad: Tensor; ids: Tensor }
type Options = EmbeddingOptions & { readonly rows: number }

/** The gradient of `embedding` for its table. Shapes: grad `[…, D]`, ids `[…]` → `[rows, D]`. */
export const embeddingBackwardOp = defineOp<Inputs, Options>()({
  name: 'embeddingBackward',
  doc: {
    summary: 'Adds each row of grad to the row of the result that its id names; none to the padding row.',
  },
  shape: ({ grad, ids }, { rows }) => {
    checkDType('embeddingBackward', 'grad', grad.dtype, ['float32', 'float64'])
    checkDType('embeddingBackward', 'ids', ids.dtype, ['int32'])
    if (grad.shape.length === 0 || !sameShape(grad.shape.slice(0, -1), ids.shape)) {
      throw new ShapeError(
        `embeddingBackward: grad has shape ${formatShape(grad.shape)}; ids ${formatShape(ids.shape)} need one row each`,
      )
    }
    return { output: { shape: [rows, grad.shape.at(-1)!], dtype: grad.dtype } }
  },
  reference: ({ grad, ids }, { rows, paddingIndex }, { output }) => {
    checkIndices('embeddingBackward', ids.data, rows)
    const features = grad.shape.at(-1)!
    // Sums are kept in float64 and rounded once.
    const sums = new Float64Array(output.data.length)
    for (let i = 0; i < ids.data.length; i++) {
      if (ids.data[i] === paddingIndex) continue
      const from = i * features
      const to = ids.data[i]! * features
      for (let j = 0; j < features; j++) sums[to + j] = sums[to + j]! + grad.data[from + j]!
    }
    output.data.set(sums)
  },
  // The sum over rows is the transpose of the lookup.
  vjp: ({ inputs: { ids }, options: { rows, paddingIndex }, grads: { output } }) => ({
    grad: () => {
      const table = paddingIndex === undefined ? output : mul(output, allRowsBut(paddingIndex, rows, output))
      return embedding(table, ids)
    },
    ids: notDifferentiable('the number of a row has no slope'),
  }),
  // Every gradient is read, and added to a row that is read and written.
  cost: ({ grad, ids }, _options, { output }) => ({
    flops: sizeOf(grad.shape),
    bytes:
      bytesOf('int32') * sizeOf(ids.shape) +
      bytesOf(grad.dtype) * (3 * sizeOf(grad.shape) + sizeOf(output.shape)),
  }),
  samples: (source) => [
    {
      name: 'sentences',
      inputs: { grad: source.normal([2, 4, 3]), ids: source.integers([2, 4], 5) },
      options: { rows: 5 },
    },
    {
      name: 'padding',
      inputs: { grad: source.normal([8, 2]), ids: source.integers([8], 3) },
      options: { rows: 3, paddingIndex: 1 },
    },
  ],
})

export function embeddingBackward(inputs: Inputs, options: Options): Tensor {
  return dispatch(embeddingBackwardOp, inputs, options).output
}

/** A column of ones with a zero in one row. */
function allRowsBut(row: number, rows: number, { dtype }: Tensor): Tensor {
  return lazyTensor({ shape: [rows, 1], dtype }, () => {
    const data = allocateData(dtype, rows).fill(1)
    data[row] = 0
    return data
  })
}
