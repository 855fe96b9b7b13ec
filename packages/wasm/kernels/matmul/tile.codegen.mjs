// The innermost loop of every dense product: a tile of C, held in registers: 4 rows and 8 columns, or 6 rows and 8
// columns where multiply and add are one instruction and need no register between them.
//
// V8 loads first whatever stands in one basic block, and the 15 registers do not hold the operands of a whole step
// beside the tile. So the block is ended now and then by a question whose answer is always no: whether the address of
// b is 0. It costs one instruction, and no store or fence would do it as cheaply. (At 3.7 GHz, 4 x 8 with SIMD128:
// 56 GFLOP/s; without the questions, 46 with the loop as it is and 33 unrolled. 6 x 8 with relaxed SIMD: 58, and 28.)

const halves = [0, 1]
const lines = (list, line) => list.map(line).join('\n')
const range = (count) => Array.from({ length: count }, (_, i) => i)

/** A tile of so many rows, `together` of them between two questions, in a loop of `unrolled` steps. */
function tile(rows, together, unrolled) {
  const step = (u) => `
      b0 = v128.load(b, ${u * 32})
      b1 = v128.load(b, ${u * 32 + 16})
${lines(
  range(rows),
  (i) => `      value = v128.load32_splat(a${i})
      a${i} += depthStride
      c${i}0 = multiplyAdd(value, b0, c${i}0)
      c${i}1 = multiplyAdd(value, b1, c${i}1)${(i + 1) % together === 0 && i + 1 < rows ? '\n      if (!b) break' : ''}`,
)}${u + 1 < unrolled ? '\n      if (a0 == end) break' : ''}`
  return `${lines(
    range(rows),
    (i) =>
      lines(halves, (j) => `    let c${i}${j} = v128.load(start, ${j * 16})`) +
      (i + 1 < rows ? '\n    start += startStride' : ''),
  )}
    let a0 = a
${lines(range(rows - 1), (i) => `    let a${i + 1} = a${i} + rowStride`)}
    const end = a0 + <usize>depth * depthStride
    let b0: v128, b1: v128, value: v128
    while (true) {${range(unrolled).map(step).join('')}
      b += ${unrolled * 32}
      if (a0 == end) break
    }
${lines(
  range(rows),
  (i) =>
    lines(halves, (j) => `    v128.store(c, c${i}${j}, ${j * 16})`) +
    (i + 1 < rows ? '\n    c += stride' : ''),
)}`
}

export default `// Made by tile.codegen.mjs.
import { multiplyAdd } from '../simd'

/** Rows of a tile, and columns. */
export const TILE_ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4
export const TILE_COLUMNS: i32 = 8

/**
 * c[i, j] = start[i, j] + sum over \`depth\` > 0 steps of a[i, k] b[k, j], for the rows and columns of a tile.
 * Strides are in bytes. b is a packed panel: 8 columns of a step lie together.
 */
export function multiplyTile(
  a: usize, rowStride: usize, depthStride: usize, b: usize, depth: i32,
  start: usize, startStride: usize, c: usize, stride: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
${tile(6, 1, 1)}
  } else {
${tile(4, 2, 2)}
  }
}
`
