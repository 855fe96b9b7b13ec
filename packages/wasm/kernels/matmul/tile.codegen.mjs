// The innermost loop of every dense product: a tile of 4 rows and 8 columns of C, held in 8 vectors.
//
// V8 loads first whatever stands in one basic block, and 16 registers do not hold the operands of two steps. So each
// step ends with the question whether it was the last: that keeps steps apart, as no store or fence would do as
// cheaply, and lets the loop be unrolled. (4 x 8 with SIMD128: 57 GFLOP/s at 3.7 GHz; without the question 46, and
// unrolled without it 33.)

const rows = [0, 1, 2, 3]
const halves = [0, 1]
const lines = (list, line) => list.map(line).join('\n')

const step = (u, last) => `
    b0 = v128.load(b, ${u * 32})
    b1 = v128.load(b, ${u * 32 + 16})
${lines(
  rows,
  (i) => `    value = v128.load32_splat(a${i})
    a${i} += depthStride
    c${i}0 = multiplyAdd(value, b0, c${i}0)
    c${i}1 = multiplyAdd(value, b1, c${i}1)`,
)}${last ? '' : '\n    if (a0 == end) break'}`

const loop = (
  unrolled,
) => `  while (true) {${Array.from({ length: unrolled }, (_, u) => step(u, u === unrolled - 1)).join('')}
    b += ${unrolled * 32}
    if (a0 == end) break
  }`

export default `// Made by tile.codegen.mjs.
import { multiplyAdd } from '../simd'

/**
 * c[i, j] = start[i, j] + sum over \`depth\` > 0 steps of a[i, k] b[k, j], for 4 rows and 8 columns.
 * Strides are in bytes. b is a packed panel: 8 columns of a step lie together.
 */
export function multiplyTile(
  a: usize, rowStride: usize, depthStride: usize, b: usize, depth: i32,
  start: usize, startStride: usize, c: usize, stride: usize,
): void {
${lines(rows, (i) => lines(halves, (j) => `  let c${i}${j} = v128.load(start, ${j * 16})`) + (i < 3 ? '\n  start += startStride' : ''))}
  let a0 = a
${lines([1, 2, 3], (i) => `  let a${i} = a${i - 1} + rowStride`)}
  const end = a0 + <usize>depth * depthStride
  let b0: v128, b1: v128, value: v128
  if (ASC_FEATURE_RELAXED_SIMD) {
${loop(2)}
  } else {
${loop(4)}
  }
${lines(rows, (i) => lines(halves, (j) => `  v128.store(c, c${i}${j}, ${j * 16})`) + (i < 3 ? '\n  c += stride' : ''))}
}
`
