import { type AttentionOptions, attentionSizes } from './attention-kernel.js'
import { allocateData } from './dtype.js'
import { lazyTensor } from './eager.js'
import { add } from './ops/add.js'
import { cast } from './ops/cast.js'
import { matmul } from './ops/matmul.js'
import { max } from './ops/max.js'
import { mul } from './ops/mul.js'
import { reshape } from './ops/reshape.js'
import { softmax } from './ops/softmax.js'
import { sub } from './ops/sub.js'
import type { Tensor } from './tensor.js'

/**
 * The weights of an attention as simple ops, for compositions. The query heads of a group lie one after the other
 * and are one tall matrix for their common key head. Shapes: `[B, H / group, group · T, S]`.
 */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  keyMask: Tensor | undefined,
  { causal, scale }: AttentionOptions,
): Tensor {
  const { batch, keyHeads, group, queries, keys, features } = attentionSizes(query, key, causal)
  const tall = reshape(query, [batch, keyHeads, group * queries, features])
  const scores = mul(matmul(tall, key, { transposeB: true }), scale)
  const bias = additiveMask(query, keys, keyMask, causal)
  if (!bias) return softmax(scores)
  const byQuery = reshape(scores, [batch, keyHeads, group, queries, keys])
  return reshape(softmax(add(byQuery, bias)), scores.shape)
}

/** What is added to scores `[B, H / group, group, T, S]`: -∞ for a later key, -10⁹ for a masked one. */
function additiveMask(
  { shape, dtype }: Tensor,
  keys: number,
  keyMask: Tensor | undefined,
  causal: boolean,
): Tensor | undefined {
  const later = causal ? laterKeys(shape[2]!, keys, dtype) : undefined
  if (!keyMask) return later
  const masked = reshape(mul(sub(cast(keyMask, dtype), 1), 1e9), [shape[0]!, 1, 1, 1, keys])
  const bias: Tensor = later ? add(masked, later) : masked
  // Softmax does not change when a row is shifted. So shifted, a row with every key masked adds 0, and its scores
  // are not lost in the rounding of -10⁹.
  return sub(bias, max(bias, { axes: [-1], keepDims: true }))
}

/** 0 where query t sees key s, -∞ where s comes later. Shapes: `[T, S]`. */
function laterKeys(queries: number, keys: number, dtype: Tensor['dtype']): Tensor {
  return lazyTensor({ shape: [queries, keys], dtype }, () => {
    const data = allocateData(dtype, queries * keys)
    for (let t = 0; t < queries; t++) data.fill(-Infinity, t * keys + t + 1 + keys - queries, (t + 1) * keys)
    return data
  })
}
