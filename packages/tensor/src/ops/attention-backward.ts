import {
  type AttentionOptions,
  attentionPairs,
  attentionSizes,
  VisibleKeys,
  weightsRow,
} from '../attention-kernel.js'
import { attentionWeights } from '../attention-weights.js'
import { dispatch } from '../interpreter.js'
import { multiplyRows, packColumns, packRows } from '../matmul-kernel.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { attentionOp } from './attention.js'
import { matmul } from './matmul.js'
import { mul } from './mul.js'
import { reshape } from './reshape.js'
import { sub } from './sub.js'
import { sum } from './sum.js'

type Inputs = {
  grad: Tensor
  query: Tensor
  key: Tensor
  value: Tensor
  keyMask?: Tensor
  output: Tensor
  logSumExp: Tensor
}
type Results = { query: Tensor; key: Tensor; value: Tensor }

/** The three gradients of `attention` together: they share the weights, which are computed a second time. */
export const attentionBackwardOp = defineOp<Inputs, AttentionOptions, Results>()({
  name: 'attentionBackward',
  doc: {
    summary: 'The gradients of attention for query, key and value, from its output and the saved logarithm.',
    source: 'Dao, Fu, Ermon, Rudra, Ré: FlashAttention. arXiv 2205.14135, appendix B.2.',
  },
  shape: ({ query, key, value }) => ({ query, key, value }),
  reference: (
    { grad, query, key, value, keyMask, output, logSumExp },
    { causal, scale },
    { query: queryGrad, key: keyGrad, value: valueGrad },
  ) => {
    const sizes = attentionSizes(query, key, causal)
    const { batch, keyHeads, group, queries, keys, features } = sizes
    const rows = group * queries
    const weights = new Float64Array(rows * keys)
    const scoreGrads = new Float64Array(rows * keys)
    for (let b = 0; b < batch; b++) {
      const visible = new VisibleKeys(sizes, causal, keyMask, b)
      for (let head = b * keyHeads; head < (b + 1) * keyHeads; head++) {
        const atRows = head * rows * features
        const atKeys = head * keys * features
        const q = query.data.subarray(atRows, atRows + rows * features)
        const g = grad.data.subarray(atRows, atRows + rows * features)
        const k = key.data.subarray(atKeys, atKeys + keys * features)
        const v = value.data.subarray(atKeys, atKeys + keys * features)
        // P = softmax(scale · Q Kᵀ), again; then dP = G Vᵀ.
        multiplyRows(
          packRows(q, rows, features),
          packRows(k, keys, features),
          rows,
          keys,
          features,
          weights,
          0,
        )
        multiplyRows(
          packRows(g, rows, features),
          packRows(v, keys, features),
          rows,
          keys,
          features,
          scoreGrads,
          0,
        )
        for (let row = 0; row < rows; row++) {
          const t = row % queries
          const logSum = logSumExp.data[head * rows + row]!
          const start = row * keys
          const rowWeights = weights.subarray(start, start + keys)
          weightsRow(rowWeights, visible.count(t), visible.maskFor(t), scale, logSum)
          // Σ_s P[s] dP[s] = g · output, a sum over features instead of keys.
          let mean = 0
          for (let i = row * features; i < (row + 1) * features; i++) mean += g[i]! * output.data[atRows + i]!
          // dS = P ∘ (dP - mean), and the scale on the way to Q and K.
          for (let s = 0; s < keys; s++) {
            scoreGrads[start + s] = rowWeights[s]! * (scoreGrads[start + s]! - mean) * scale
          }
        }
        // dQ = dS K, dK = dSᵀ Q, dV = Pᵀ G.
        multiplyRows(
          packRows(scoreGrads, rows, keys),
          packColumns(k, keys, features),
          rows,
          features,
          keys,
          queryGrad.data,
          atRows,
        )
        multiplyRows(
          packColumns(scoreGrads, rows, keys),
          packColumns(q, rows, features),
          keys,
          features,
          rows,
          keyGrad.data,
          atKeys,
        )
        multiplyRows(
          packColumns(weights, rows, keys),
          packColumns(g, rows, features),
          keys,
          features,
          rows,
          valueGrad.data,
          atKeys,
        )
      }
    }
  },
  // Written from query, key and value, not from the saved values, so that its own derivative is complete.
  composition: ({ grad, query, key, value, keyMask }, options) => {
    const { batch, keyHeads, group, queries, features } = attentionSizes(query, key, options.causal)
    const tall = [batch, keyHeads, group * queries, features]
    const q: Tensor = reshape(query, tall)
    const g: Tensor = reshape(grad, tall)
    const weights = attentionWeights(query, key, keyMask, options)
    const weightGrads = matmul(g, value, { transposeB: true })
    const mean = sum(mul(weights, weightGrads), { axes: [-1], keepDims: true })
    const scoreGrads = mul(mul(weights, sub(weightGrads, mean)), options.scale)
    return {
      query: reshape(matmul(scoreGrads, key), query.shape),
      key: matmul(scoreGrads, q, { transposeA: true }),
      value: matmul(weights, g, { transposeA: true }),
    }
  },
  vjp: throughComposition,
  // Counted for the same pairs as in attention: five products of 2 D each (one of them computes the scores a second
  // time), scale, the mask if there is one, shift by the saved logarithm, exponential, and difference, product and
  // scale of the scores' gradient; and 2 D per query for the sum that grad · output saves.
  cost: ({ query, key, keyMask }, { causal }) => {
    const sizes = attentionSizes(query, key, causal)
    return {
      flops:
        attentionPairs(sizes, causal) * (10 * sizes.features + 6 + (keyMask ? 1 : 0)) +
        2 * sizeOf(query.shape),
    }
  },
  samples: (source) =>
    attentionOp.samples(source).map(({ name, inputs, options }) => ({
      name,
      inputs: {
        ...inputs,
        grad: source.normal(inputs.query.shape),
        ...dispatch(attentionOp, inputs, options),
      },
      options,
    })),
})

export function attentionBackward(inputs: Inputs, options: AttentionOptions): Results {
  return dispatch(attentionBackwardOp, inputs, options)
}
