import { FROM_ZERO, multiplyPanels } from '../matmul/multiply-panels'
import { addLines, dotLines } from '../matmul/multiply-few-rows'
import { packColumns } from '../matmul/pack'
import { logVector } from '../math/log'
import { storePart } from '../rows'
import { expandMask, exponentialsOfRow, mostKeys } from './visible-keys'

/** Rows of queries whose weights are held at once. */
const BLOCK: i32 = 24
/** Rows up to which keys and values are read as they are; packing them would cost more than the products. */
const FEW_ROWS: i32 = 4

/**
 * output = softmax(scale query keyᵀ) value. For each key head, the rows of the query heads that share it lie one after
 * the other: a chunk computes some rows of one key head. logSumExp is the logarithm of the sum of the exponentials.
 */
@unmanaged export class AttentionArguments {
  query: usize
  key: usize
  value: usize
  /** [batch, keys], 0 where a key is masked; 0 without a mask. */
  keyMask: usize
  output: usize
  logSumExp: usize
  /** Bytes of an element of the mask. */
  maskBytes: i32
  keyHeads: i32
  /** Rows of a key head: queries of all its query heads. */
  rows: i32
  queries: i32
  keys: i32
  features: i32
  /** Rows of one chunk; a multiple of 24. */
  rowsOfChunk: i32
  causal: i32
  scale: f32
}

export function attention(args: AttentionArguments, chunk: i32, scratch: usize): void {
  const rows = args.rows, queries = args.queries, keys = args.keys, features = args.features, causal = args.causal
  const blocks = (rows + args.rowsOfChunk - 1) / args.rowsOfChunk
  const head = chunk / blocks
  const first = chunk % blocks * args.rowsOfChunk
  const end = min(first + args.rowsOfChunk, rows)
  const most = mostKeys(first, end - first, queries, keys, causal)
  const padded = (most + 7) & ~7
  const strideRow = <usize>features << 2
  // Not a power of two, lest the rows compete for the same lines of the cache.
  const strideScores = <usize>(padded + 16) << 2
  const query = args.query + <usize>(head * rows) * strideRow
  const output = args.output + <usize>(head * rows) * strideRow
  const logSumExp = args.logSumExp + (<usize>(head * rows) << 2)

  const largest = scratch
  const sums = largest + <usize>BLOCK * 4
  const scores = sums + <usize>BLOCK * 4
  const mask = scores + <usize>BLOCK * strideScores
  const packedKeys = mask + (<usize>padded << 2)
  const packedValues = packedKeys + <usize>padded * strideRow
  const panels = packedValues + (<usize>((features + 7) & ~7) * <usize>most << 2)

  const key = args.key + <usize>(head * keys) * strideRow
  const value = args.value + <usize>(head * keys) * strideRow
  const packs = end - first > FEW_ROWS
  if (packs) {
    packColumns(key, true, strideRow, most, features, packedKeys)
    packColumns(value, false, strideRow, features, most, packedValues)
  }
  const entry = head / args.keyHeads
  const firstKept = args.keyMask
    ? expandMask(args.keyMask + <usize>(entry * keys * args.maskBytes), args.maskBytes, most, mask)
    : keys

  for (let row = first; row < end; row += BLOCK) {
    const count = min(BLOCK, end - row)
    const visible = mostKeys(row, count, queries, keys, causal)
    const at = <usize>row * strideRow
    if (packs) {
      multiplyPanels(query + at, false, strideRow, 4, packedKeys, strideRow << 3, count, (visible + 7) & ~7, features,
        FROM_ZERO, 0, scores, strideScores, panels)
    } else {
      for (let j = 0; j < visible; j += 4) {
        for (let i: usize = 0; i < <usize>count; i++) {
          dotLines(query + at + i * strideRow, key + <usize>j * strideRow, features, min(4, visible - j), 0,
            scores + i * strideScores + (<usize>j << 2))
        }
      }
    }
    for (let i = 0; i < count; i++) {
      const own = mostKeys(row + i, 1, queries, keys, causal)
      // A mask that would exclude every key is none.
      exponentialsOfRow(scores + <usize>i * strideScores, own, visible, firstKept < own ? mask : 0, args.scale,
        largest + (<usize>i << 2), sums + (<usize>i << 2))
    }
    if (packs) {
      multiplyPanels(scores, false, strideScores, 4, packedValues, <usize>most << 5, count, features, visible,
        FROM_ZERO, 0, output + at, strideRow, panels)
    } else {
      memory.fill(output + at, 0, <usize>count * strideRow)
      for (let j = 0; j < visible; j += 4) {
        for (let i: usize = 0; i < <usize>count; i++) {
          addLines(scores + i * strideScores + (<usize>j << 2), value + <usize>j * strideRow, strideRow,
            min(4, visible - j), features, output + at + i * strideRow)
        }
      }
    }
    for (let i = 0; i < count; i++) {
      scaleRow(output + at + <usize>i * strideRow, features, 1 / load<f32>(sums + (<usize>i << 2)))
    }
    for (let i = 0; i < count; i += 4) {
      const lane = <usize>i << 2
      const value = f32x4.add(v128.load(largest + lane), logVector(v128.load(sums + lane)))
      const target = logSumExp + (<usize>row << 2) + lane
      if (i + 4 <= count) v128.store(target, value)
      else storePart(target, count - i, value)
    }
  }
}

function scaleRow(row: usize, features: i32, factor: f32): void {
  const factors = f32x4.splat(factor)
  let i = 0
  for (; i + 4 <= features; i += 4) {
    v128.store(row, f32x4.mul(v128.load(row), factors))
    row += 16
  }
  for (; i < features; i++) {
    store<f32>(row, load<f32>(row) * factor)
    row += 4
  }
}

