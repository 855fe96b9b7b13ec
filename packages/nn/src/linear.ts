import { add, type Initializer, identityOf, linear, nameScope, Parameter, type Tensor } from '@gyre/tensor'
import type { Adaptable, Delta } from './delta.js'
import { uniform } from './initializers.js'
import { Module } from './module.js'

export interface LinearOptions {
  /** Whether a bias is added. Default true. */
  readonly bias?: boolean
  /** How the weight begins; default uniform in ±1/√in, as in PyTorch, and so the bias. */
  readonly weightInit?: Initializer
  readonly biasInit?: Initializer
}

/** `y = x Wᵀ + b`, and what adapters add. weight `[out, in]`, bias `[out]`. Shapes: x `[…, in]` → `[…, out]`. */
export class Linear extends Module implements Adaptable {
  readonly weight: Parameter
  readonly bias: Parameter | undefined
  readonly inFeatures: number
  readonly outFeatures: number
  readonly deltas: Delta[] = []

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super()
    const {
      bias = true,
      weightInit = uniform(inFeatures ** -0.5),
      biasInit = uniform(inFeatures ** -0.5),
    } = options
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.weight = new Parameter({ shape: [outFeatures, inFeatures], dtype: 'float32' }, weightInit)
    this.bias = bias ? new Parameter({ shape: [outFeatures], dtype: 'float32' }, biasInit) : undefined
  }

  override forward(x: Tensor): Tensor {
    let y: Tensor = linear(x, this.weight.value, this.bias?.value)
    for (const delta of this.deltas) {
      // A scope of its own, so that the adapter's cost is known apart from the layer's.
      if (delta.active) y = nameScope(`delta.${delta.name}`, () => add(y, delta.delta(x)))
    }
    return y
  }

  protected override ownTraceKey(): string {
    return this.deltas.map((delta) => (delta.active ? identityOf(delta) : '-')).join()
  }
}
