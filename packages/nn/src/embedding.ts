import { embedding, type Initializer, Parameter, type Tensor } from '@gyre/tensor'
import { checkOption } from './errors.js'
import { normal } from './initializers.js'
import { Module } from './module.js'

export interface EmbeddingOptions {
  /** The row of the padding token: zero at first, and it gets no gradient. */
  readonly paddingIndex?: number
  /** How the other rows begin; default standard normal, as in PyTorch. */
  readonly weightInit?: Initializer
}

/** A table of vectors, looked up by row number. weight `[V, D]`. Shapes: ids int32 `[…]` → `[…, D]`. */
export class Embedding extends Module {
  readonly weight: Parameter
  readonly paddingIndex: number | undefined

  constructor(
    rows: number,
    features: number,
    { paddingIndex, weightInit = normal(1) }: EmbeddingOptions = {},
  ) {
    super()
    if (paddingIndex !== undefined) {
      const isRow = Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < rows
      checkOption('Embedding', 'paddingIndex', paddingIndex, isRow, `a row from 0 to ${rows - 1}`)
    }
    this.paddingIndex = paddingIndex
    this.weight = new Parameter({ shape: [rows, features], dtype: 'float32' }, (spec, rng) => {
      const data = weightInit(spec, rng)
      if (paddingIndex !== undefined) data.fill(0, paddingIndex * features, (paddingIndex + 1) * features)
      return data
    })
  }

  override forward(ids: Tensor): Tensor {
    return embedding(this.weight.value, ids, { paddingIndex: this.paddingIndex })
  }
}
