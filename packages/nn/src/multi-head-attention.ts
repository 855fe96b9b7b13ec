import { attention, reshape, ShapeError, type Tensor, transpose } from '@gyre/tensor'
import { checkOption } from './errors.js'
import { Linear } from './linear.js'
import { Module } from './module.js'

export interface MultiHeadAttentionOptions {
  /** Whether a position sees only itself and those before it. Default false. */
  readonly causal?: boolean
  /** Whether the four projections add a bias. Default true. */
  readonly bias?: boolean
}

/**
 * Self-attention in several heads: each attends with its own part of the projections, and their outputs side by
 * side are projected once more. Shapes: x `[B, T, E]` → the same; each head has E / heads features.
 *
 * @source Vaswani et al.: Attention Is All You Need. arXiv 1706.03762, section 3.2.2.
 */
export class MultiHeadAttention extends Module {
  readonly q_proj: Linear
  readonly k_proj: Linear
  readonly v_proj: Linear
  readonly out_proj: Linear
  readonly heads: number
  readonly causal: boolean

  constructor(
    features: number,
    heads: number,
    { causal = false, bias = true }: MultiHeadAttentionOptions = {},
  ) {
    super()
    const divides = Number.isInteger(heads) && heads > 0 && features % heads === 0
    checkOption('MultiHeadAttention', 'heads', heads, divides, `a divisor of the ${features} features`)
    this.heads = heads
    this.causal = causal
    this.q_proj = new Linear(features, features, { bias })
    this.k_proj = new Linear(features, features, { bias })
    this.v_proj = new Linear(features, features, { bias })
    this.out_proj = new Linear(features, features, { bias })
  }

  /** `keyMask` `[B, T]` of int32 or bool: 0 hides a position from all others. */
  override forward(x: Tensor, { keyMask }: { readonly keyMask?: Tensor } = {}): Tensor {
    if (x.rank !== 3) {
      throw new ShapeError(`MultiHeadAttention: x has shape [${x.shape.join(', ')}]; expected [B, T, E]`)
    }
    const mixed = attention(
      this.#split(this.q_proj.forward(x)),
      this.#split(this.k_proj.forward(x)),
      this.#split(this.v_proj.forward(x)),
      { keyMask, causal: this.causal },
    )
    return this.out_proj.forward(reshape(transpose(mixed, [0, 2, 1, 3]), x.shape))
  }

  /** `[B, T, E]` → `[B, heads, T, E / heads]`. */
  #split(x: Tensor): Tensor {
    const [batch, time, features] = x.shape as readonly [number, number, number]
    return transpose(reshape(x, [batch, time, this.heads, features / this.heads]), [0, 2, 1, 3])
  }
}
