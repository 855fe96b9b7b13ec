import type { Dropout } from '@gyre/nn'
import {
  add,
  arange,
  attention,
  cast,
  expandDims,
  full,
  lessEqual,
  matmul,
  mul,
  reshape,
  softmax,
  sub,
  type Tensor,
  transpose,
  where,
  zeros,
} from '@gyre/tensor'

/** `[B, T, heads·D]` → `[B, heads, T, D]`. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [B, T, size] = x.shape as [number, number, number]
  return transpose(reshape(x, [B, T, heads, size / heads]), [0, 2, 1, 3])
}

/** `[B, heads, T, D]` → `[B, T, heads·D]`. */
export function joinHeads(x: Tensor): Tensor {
  const [B, heads, T, D] = x.shape as [number, number, number, number]
  return reshape(transpose(x, [0, 2, 1, 3]), [B, T, heads * D])
}

interface AttendOptions {
  /** Whether a token sees only itself and those before it. */
  readonly causal: boolean
  /** `[B, S]`: 0 hides a key. */
  readonly keyMask: Tensor | undefined
  /** Of the probabilities. */
  readonly dropout: Dropout
  readonly seed: Tensor | undefined
}

/**
 * Attention with dropout of its probabilities. Shapes: q `[B, H, T, D]`, k and v `[B, H, S, D]` → `[B, H, T, D]`.
 */
export function attend(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { causal, keyMask, dropout, seed }: AttendOptions,
): Tensor {
  if (!dropout.active) return attention(q, k, v, { causal, keyMask })
  // The fused op keeps no probabilities that could be dropped, so here they are computed one by one.
  let scores = mul(matmul(q, k, { transposeB: true }), q.shape.at(-1)! ** -0.5) // [B, H, T, S]
  if (keyMask) scores = add(scores, maskedKeys(keyMask))
  if (causal) scores = add(scores, laterKeys(q.shape[2]!, k.shape[2]!))
  return matmul(dropout.forward(softmax(scores), seed), v)
}

/** 0 where a key may be seen and -1e9 where not, `[B, 1, 1, S]`. */
function maskedKeys(keyMask: Tensor): Tensor {
  const [B, S] = keyMask.shape as [number, number]
  return reshape(mul(sub(1, cast(keyMask, 'float32')), -1e9), [B, 1, 1, S])
}

/** 0 where query t sees key s and -∞ where s comes later, `[T, S]`. */
function laterKeys(T: number, S: number): Tensor {
  const isSeen = lessEqual(arange(S) as Tensor, expandDims(add(arange(T) as Tensor, S - T), 1))
  return where(isSeen, zeros([1, 1]) as Tensor, full([1, 1], Number.NEGATIVE_INFINITY) as Tensor)
}
