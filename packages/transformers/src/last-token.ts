import { add, arange, argmax, cast, gather, mul, notEqual, reshape, type Tensor } from '@gyre/tensor'
import type { ModelInputs } from './inputs.js'

/**
 * The hidden state of each text's last token that is no padding: where the mask says so, or else the ids.
 * Shapes: `[B, T, hidden]` → `[B, hidden]`.
 */
export function lastToken(
  x: Tensor,
  { inputIds, attentionMask }: ModelInputs,
  padTokenId: number | undefined,
): Tensor {
  const [B, T, hidden] = x.shape as [number, number, number]
  const isToken = attentionMask ?? cast(notEqual(inputIds, padTokenId ?? noToken), 'int32')
  // Of the places counted from 1, with padding at 0, the last token's is the largest.
  const places = argmax(mul(isToken, add(arange(T) as Tensor, 1))) // [B]
  const rows = add(mul(arange(B), T), places)
  return gather(reshape(x, [B * T, hidden]), rows)
}

/** An id that no token has. */
const noToken = -1
