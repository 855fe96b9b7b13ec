import { add, type Initializer, matmul, Parameter, reshape, type Tensor } from '@gyre/tensor'
import { AdaptableLayer } from './adaptable-layer.js'
import { constant, normal } from './initializers.js'

export interface Conv1DOptions {
  /** How the weight begins; default normal with deviation 0.02, as in GPT-2. */
  readonly weightInit?: Initializer
}

/**
 * `y = x W + b`, and what adapters add: GPT-2's linear layer, which keeps its weight transposed, under the name that
 * its checkpoints' authors gave it. weight `[in, out]`, bias `[out]` of zeros. Shapes: x `[…, in]` → `[…, out]`.
 *
 * @source Radford et al.: Language Models are Unsupervised Multitask Learners, 2019; `conv1d` of its published code.
 */
export class Conv1D extends AdaptableLayer {
  readonly weight: Parameter
  readonly bias: Parameter
  readonly inFeatures: number
  readonly outFeatures: number
  readonly weightIsTransposed = true

  constructor(inFeatures: number, outFeatures: number, { weightInit = normal(0.02) }: Conv1DOptions = {}) {
    super()
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.weight = new Parameter({ shape: [inFeatures, outFeatures], dtype: 'float32' }, weightInit)
    this.bias = new Parameter({ shape: [outFeatures], dtype: 'float32' }, constant(0))
  }

  override forward(x: Tensor): Tensor {
    // One tall matrix, so that the weight's gradient is one product and not a sum over the batch.
    const rows = reshape(x, [-1, this.inFeatures]) as Tensor
    const y = add(matmul(rows, this.weight.value), this.bias.value)
    return this.addDeltas(reshape(y, [...x.shape.slice(0, -1), this.outFeatures]), x)
  }
}
