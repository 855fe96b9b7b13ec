import { FROM_RESULT, FROM_ZERO, multiplyPanels } from '../matmul/multiply-panels'
import { packColumns } from '../matmul/pack'
import { expVector } from '../math/exp'
import { dotOfRows } from '../rows'
import { expandMask, lanesBefore, mostKeys } from './visible-keys'

/** Rows of queries whose weights are held at once. */
const BLOCK: i32 = 48

/**
 * The gradients of attention. With P = softmax(scale Q Kᵀ), had again from logSumExp, and G the output's gradient:
 * dV = Pᵀ G, dS = scale P ∘ (G Vᵀ - rowsum(G ∘ output)), dQ = dS K, dK = dSᵀ Q. A chunk is one key head with all rows of
 * its query heads, so that the sums over them have one order.
 */
@unmanaged export class AttentionBackwardArguments {
  grad: usize
  query: usize
  key: usize
  value: usize
  /** [batch, keys], 0 where a key is masked; 0 without a mask. */
  keyMask: usize
  output: usize
  logSumExp: usize
  queryGrad: usize
  keyGrad: usize
  valueGrad: usize
  /** Bytes of an element of the mask. */
  maskBytes: i32
  keyHeads: i32
  /** Rows of a key head: queries of all its query heads. */
  rows: i32
  queries: i32
  keys: i32
  features: i32
  causal: i32
  scale: f32
}

export function attentionBackward(args: AttentionBackwardArguments, chunk: i32, scratch: usize): void {
  const rows = args.rows, queries = args.queries, keys = args.keys, features = args.features, causal = args.causal
  const padded = (keys + 7) & ~7
  const paddedFeatures = (features + 7) & ~7
  const strideRow = <usize>features << 2
  const strideScores = <usize>(padded + 16) << 2
  const atRows = <usize>(chunk * rows) * strideRow
  const atKeys = <usize>(chunk * keys) * strideRow
  const query = args.query + atRows
  const grad = args.grad + atRows
  const key = args.key + atKeys
  const value = args.value + atKeys
  const keyGrad = args.keyGrad + atKeys
  const valueGrad = args.valueGrad + atKeys
  const logSumExp = args.logSumExp + (<usize>(chunk * rows) << 2)

  const weights = scratch
  const scoreGrads = weights + <usize>BLOCK * strideScores
  const mask = scoreGrads + <usize>BLOCK * strideScores
  const packedKeys = mask + (<usize>padded << 2)
  const packedValues = packedKeys + <usize>padded * strideRow
  const packedKeyColumns = packedValues + <usize>padded * strideRow
  const packedRows = packedKeyColumns + (<usize>(paddedFeatures * keys) << 2)
  const panels = packedRows + (<usize>(paddedFeatures * BLOCK) << 2)

  packColumns(key, true, strideRow, keys, features, packedKeys)
  packColumns(value, true, strideRow, keys, features, packedValues)
  packColumns(key, false, strideRow, features, keys, packedKeyColumns)
  memory.fill(keyGrad, 0, <usize>keys * strideRow)
  memory.fill(valueGrad, 0, <usize>keys * strideRow)
  const entry = chunk / args.keyHeads
  const firstKept = args.keyMask
    ? expandMask(args.keyMask + <usize>(entry * keys * args.maskBytes), args.maskBytes, keys, mask)
    : keys

  for (let row = 0; row < rows; row += BLOCK) {
    const count = min(BLOCK, rows - row)
    const visible = mostKeys(row, count, queries, keys, causal)
    const columns = (visible + 7) & ~7
    const at = <usize>row * strideRow
    const panelKeys = strideRow << 3
    multiplyPanels(query + at, false, strideRow, 4, packedKeys, panelKeys, count, columns, features, FROM_ZERO, 0,
      weights, strideScores, panels)
    multiplyPanels(grad + at, false, strideRow, 4, packedValues, panelKeys, count, columns, features, FROM_ZERO, 0,
      scoreGrads, strideScores, panels)
    for (let i = 0; i < count; i++) {
      const own = mostKeys(row + i, 1, queries, keys, causal)
      const atRow = at + <usize>i * strideRow
      gradientOfRow(weights + <usize>i * strideScores, scoreGrads + <usize>i * strideScores, own, visible,
        firstKept < own ? mask : 0, args.scale, load<f32>(logSumExp + (<usize>(row + i) << 2)),
        <f32>dotOfRows(grad + atRow, args.output + atRows + atRow, features))
    }
    multiplyPanels(scoreGrads, false, strideScores, 4, packedKeyColumns, <usize>keys << 5, count, features, visible,
      FROM_ZERO, 0, args.queryGrad + atRows + at, strideRow, panels)
    const panelRows = <usize>count << 5
    packColumns(query + at, false, strideRow, features, count, packedRows)
    multiplyPanels(scoreGrads, false, 4, strideScores, packedRows, panelRows, visible, features, count, FROM_RESULT, 0,
      keyGrad, strideRow, panels)
    packColumns(grad + at, false, strideRow, features, count, packedRows)
    multiplyPanels(weights, false, 4, strideScores, packedRows, panelRows, visible, features, count, FROM_RESULT, 0,
      valueGrad, strideRow, panels)
  }
}

/** Products of a query with `count` keys become weights, and the weights' gradients those of the products. */
function gradientOfRow(
  weights: usize, grads: usize, count: i32, end: i32, mask: usize, scale: f32, logSumExp: f32, mean: f32,
): void {
  const scales = f32x4.splat(scale)
  const logSums = f32x4.splat(logSumExp)
  const means = f32x4.splat(mean)
  let i = 0
  for (; i < count; i += 4) {
    const offset = <usize>i << 2
    let weight = expVector(f32x4.sub(f32x4.mul(v128.load(weights + offset), scales), logSums))
    if (mask) weight = v128.and(weight, v128.load(mask + offset))
    if (i + 4 > count) weight = v128.and(weight, lanesBefore(i, count))
    v128.store(weights + offset, weight)
    const grad = f32x4.mul(weight, f32x4.sub(v128.load(grads + offset), means))
    v128.store(grads + offset, f32x4.mul(grad, scales))
  }
  if (i < end) {
    memory.fill(weights + (<usize>i << 2), 0, <usize>(end - i) << 2)
    memory.fill(grads + (<usize>i << 2), 0, <usize>(end - i) << 2)
  }
}
