import { type Initializer, linear, Parameter, type Tensor } from '@gyre/tensor'
import { AdaptableLayer } from './adaptable-layer.js'
import { uniform } from './initializers.js'

export interface LinearOptions {
  /** Whether a bias is added. Default true. */
  readonly bias?: boolean
  /** How the weight begins; default uniform in ±1/√in, as in PyTorch, and so the bias. */
  readonly weightInit?: Initializer
  readonly biasInit?: Initializer
}

/** `y = x Wᵀ + b`, and what adapters add. weight `[out, in]`, bias `[out]`. Shapes: x `[…, in]` → `[…, out]`. */
export class Linear extends AdaptableLayer {
  readonly weight: Parameter
  readonly bias: Parameter | undefined
  readonly inFeatures: number
  readonly outFeatures: number
  readonly weightIsTransposed = false

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
    return this.addDeltas(linear(x, this.weight.value, this.bias?.value), x)
  }
}
