import { add, identityOf, nameScope, type Parameter, type Tensor, transpose } from '@gyre/tensor'
import type { Delta } from './delta.js'
import { Module } from './module.js'

/** A layer that is a product with one weight matrix, to which adapters can add theirs. */
export abstract class AdaptableLayer extends Module {
  abstract readonly weight: Parameter
  abstract readonly inFeatures: number
  abstract readonly outFeatures: number
  /** Whether the weight is kept as `[in, out]`. */
  abstract readonly weightIsTransposed: boolean
  /** Empty unless an adapter was injected. */
  readonly deltas: Delta[] = []

  /** Shapes: x `[…, in]` → `[…, out]`. */
  abstract override forward(x: Tensor): Tensor

  /** A matrix `[out, in]`, such as a delta's, laid out as the layer's weight is. */
  toWeightLayout(matrix: Tensor): Tensor {
    return this.weightIsTransposed ? transpose(matrix) : matrix
  }

  /** The layer's own output `y`, and what the active deltas make of its input `x` added to it. */
  protected addDeltas(y: Tensor, x: Tensor): Tensor {
    let sum = y
    for (const delta of this.deltas) {
      // A scope of its own, so that the adapter's cost is known apart from the layer's.
      if (delta.active) sum = nameScope(`delta.${delta.name}`, () => add(sum, delta.delta(x)))
    }
    return sum
  }

  protected override ownTraceKey(): string {
    return this.deltas.map((delta) => (delta.active ? identityOf(delta) : '-')).join()
  }
}
