import { Parameter, rmsNorm, type Tensor } from '@gyre/tensor'
import { constant } from './initializers.js'
import { Module } from './module.js'

/**
 * Divides the last axis by its root mean square, then scales it. weight `[n]`. Shapes: x `[…, n]` → the same.
 *
 * @source Zhang, Sennrich: Root Mean Square Layer Normalization. arXiv 1910.07467, equation 4.
 */
export class RMSNorm extends Module {
  readonly weight: Parameter
  /** Added to the mean square. */
  readonly epsilon: number

  constructor(features: number, { epsilon = 1e-6 }: { readonly epsilon?: number } = {}) {
    super()
    this.weight = new Parameter({ shape: [features], dtype: 'float32' }, constant(1))
    this.epsilon = epsilon
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight.value, { epsilon: this.epsilon })
  }
}
