import type { HasParameters, Tensor } from '@gyre/tensor'

/**
 * Something that is added to a linear layer: an adapter's ΔW in whatever form it is kept. The layer adds
 * `delta(x)` to its output; `deltaWeight()` is the same as a matrix, for merging.
 */
export interface Delta extends HasParameters {
  /** The adapter's name: a layer may carry several. */
  readonly name: string
  /** Switched off, it leaves the layer's output alone; so it is while merged into the weight. */
  readonly active: boolean
  /** `ΔW x`. Shapes: x `[…, in]` → `[…, out]`. */
  delta(x: Tensor): Tensor
  /** `ΔW`, shape `[out, in]`. */
  deltaWeight(): Tensor
}
