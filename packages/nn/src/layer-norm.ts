import { layerNorm, Parameter, type Tensor } from '@gyre/tensor'
import { constant } from './initializers.js'
import { Module } from './module.js'

/**
 * Normalises the last axis to mean 0 and variance 1, then scales and shifts it. weight and bias `[n]`. Shapes:
 * x `[…, n]` → the same.
 *
 * @source Ba, Kiros, Hinton: Layer Normalization. arXiv 1607.06450, equation 3.
 */
export class LayerNorm extends Module {
  readonly weight: Parameter
  readonly bias: Parameter
  /** Added to the variance. */
  readonly epsilon: number

  constructor(features: number, { epsilon = 1e-5 }: { readonly epsilon?: number } = {}) {
    super()
    this.weight = new Parameter({ shape: [features], dtype: 'float32' }, constant(1))
    this.bias = new Parameter({ shape: [features], dtype: 'float32' }, constant(0))
    this.epsilon = epsilon
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight.value, this.bias.value, { epsilon: this.epsilon })
  }
}
