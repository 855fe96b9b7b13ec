import {
  type AttentionOptions,
  attentionPairs,
  attentionSizes,
  softmaxRow,
  VisibleKeys,
} from '../attention-kernel.js'
import { attentionWeights } from '../attention-weights.js'
import { tensor } from '../create.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { multiplyRows, packColumns, packRows } from '../matmul-kernel.js'
import { defineOp, lazy, notDifferentiable } from '../op.js'
import { formatShape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { attentionBackward } from './attention-backward.js'
import { matmul } from './matmul.js'
import { reshape } from './reshape.js'

type Inputs = { query: Tensor; key: Tensor; value: Tensor; keyMask?: Tensor }
type Results = { output: Tensor; logSumExp: Tensor }

export const attentionOp = defineOp<Inputs, AttentionOptions, Results>()({
  name: 'attention',
  doc: {
    summary:
      'Scaled dot-product attention softmax(query keyᵀ · scale) value, causal or not, with masked keys, and with ' +
      'groups of query heads that share a key head.',
    source:
      'Vaswani et al.: Attention Is All You Need. arXiv 1706.03762, equation 1. ' +
      'Groups: Ainslie et al., arXiv 2305.13245, section 2.2.',
  },
  shape: ({ query, key, value, keyMask }, { causal }) => {
    checkDType('attention', 'query', query.dtype, ['float32', 'float64'])
    checkDType('attention', 'key', key.dtype, [query.dtype])
    checkDType('attention', 'value', value.dtype, [query.dtype])
    const { batch, keys } = attentionSizes(query, key, causal)
    if (!sameShape(value.shape, key.shape)) {
      throw new ShapeError(
        `attention: value has shape ${formatShape(value.shape)}, key ${formatShape(key.shape)}; they must be equal`,
      )
    }
    if (keyMask) {
      checkDType('attention', 'keyMask', keyMask.dtype, ['int32', 'bool'])
      if (!sameShape(keyMask.shape, [batch, keys])) {
        throw new ShapeError(
          `attention: keyMask has shape ${formatShape(keyMask.shape)}; key ${formatShape(key.shape)} needs [${batch}, ${keys}]`,
        )
      }
    }
    return { output: query, logSumExp: { shape: query.shape.slice(0, -1), dtype: query.dtype } }
  },
  reference: ({ query, key, value, keyMask }, { causal, scale }, { output, logSumExp }) => {
    const sizes = attentionSizes(query, key, causal)
    const { batch, keyHeads, group, queries, keys, features } = sizes
    // The query heads of a group lie one after the other: for their common key head they are one tall matrix.
    const rows = group * queries
    const weights = new Float64Array(rows * keys)
    for (let b = 0; b < batch; b++) {
      const visible = new VisibleKeys(sizes, causal, keyMask, b)
      for (let head = b * keyHeads; head < (b + 1) * keyHeads; head++) {
        const q = query.data.subarray(head * rows * features, (head + 1) * rows * features)
        const k = key.data.subarray(head * keys * features, (head + 1) * keys * features)
        const v = value.data.subarray(head * keys * features, (head + 1) * keys * features)
        multiplyRows(
          packRows(q, rows, features),
          packRows(k, keys, features),
          rows,
          keys,
          features,
          weights,
          0,
        )
        for (let row = 0; row < rows; row++) {
          const t = row % queries
          const scores = weights.subarray(row * keys, (row + 1) * keys)
          logSumExp.data[head * rows + row] = softmaxRow(scores, visible.count(t), visible.maskFor(t), scale)
        }
        multiplyRows(
          packRows(weights, rows, keys),
          packColumns(v, keys, features),
          rows,
          features,
          keys,
          output.data,
          head * rows * features,
        )
      }
    }
  },
  saved: ['logSumExp'],
  composition: ({ query, key, value, keyMask }, options) => {
    const weights = attentionWeights(query, key, keyMask, options)
    return { output: reshape(matmul(weights, value), query.shape) }
  },
  vjp: ({ inputs: { query, key, value, keyMask }, options, outputs, grads }) => {
    const { output, logSumExp } = outputs
    const joint = lazy(() =>
      attentionBackward({ grad: grads.output, query, key, value, keyMask, output, logSumExp }, options),
    )
    return {
      query: () => joint().query,
      key: () => joint().key,
      value: () => joint().value,
      keyMask: notDifferentiable('a mask has no slope'),
    }
  },
  // Per pair of a query and a key that it sees: query · key and weight · value (2 D each), scale, the mask if there
  // is one, and 5 for the softmax. A causal attention counts t + 1 + S - T keys for query t: its kernels need not
  // compute the others. What a mask excludes is counted, since it depends on the mask's values.
  cost: ({ query, key, keyMask }, { causal }) => {
    const sizes = attentionSizes(query, key, causal)
    return { flops: attentionPairs(sizes, causal) * (4 * sizes.features + 6 + (keyMask ? 1 : 0)) }
  },
  samples: (source) => {
    const heads = (queryHeads: number, keyHeads: number, queries: number, keys: number) => ({
      query: source.normal([2, queryHeads, queries, 4]),
      key: source.normal([2, keyHeads, keys, 4]),
      value: source.normal([2, keyHeads, keys, 4]),
    })
    const mask = tensor(
      [
        [1, 1, 0, 1],
        [0, 0, 1, 1],
      ],
      { dtype: 'int32' },
    )
    return [
      { name: 'all keys', inputs: heads(2, 2, 3, 5), options: { causal: false, scale: 0.5 } },
      { name: 'causal', inputs: heads(2, 2, 4, 4), options: { causal: true, scale: 0.5 } },
      {
        name: 'causal, groups, more keys than queries',
        inputs: heads(4, 2, 2, 5),
        options: { causal: true, scale: 0.7 },
      },
      {
        name: 'masked keys',
        inputs: { ...heads(2, 1, 3, 4), keyMask: mask },
        options: { causal: false, scale: 0.5 },
      },
      {
        name: 'causal, for some queries every key masked',
        inputs: { ...heads(2, 2, 4, 4), keyMask: mask },
        options: { causal: true, scale: 0.5 },
      },
    ]
  },
})

/**
 * Scaled dot-product attention. Shapes: query `[B, H, T, D]`, key and value `[B, H / group, S, D]` →
 * `[B, H, T, D]`; query head `a` uses key head `⌊a / group⌋`.
 *
 * - `causal`: query `t` sees the keys up to `t + (S - T)`.
 * - `scale`: what scores are multiplied by; `1 / √D` unless told.
 * - `keyMask` `[B, S]` of int32 or bool: 1 keeps a key, 0 adds -10⁹ to its scores. So a query for which all keys
 *   are masked (a padded one) attends as if none were, and stays defined.
 */
export function attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { keyMask, causal = false, scale }: Partial<AttentionOptions> & { readonly keyMask?: Tensor } = {},
): Tensor {
  const options = { causal, scale: scale ?? 1 / Math.sqrt(query.shape.at(-1)!) }
  return dispatch(attentionOp, { query, key, value, keyMask }, options).output
}
