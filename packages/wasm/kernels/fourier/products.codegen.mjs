// Writes the inner loops of the block-circulant layer: products of spectra, summed over blocks or over tiles of rows,
// with as many sums in registers as there is room for.

const range = (length) => Array.from({ length }, (_, i) => i)

/**
 * One step of the sums: a group's numbers lie as `size` real parts, then as many imaginary parts. Each is loaded into
 * all lanes by itself, since the units that could shuffle are busy with products; with fused products they are not.
 */
function addProducts(size) {
  const product = (i, c, s) => `
        const c${i} = ${c}
        re${i} = multiplyAdd(c${i}, x, re${i})
        im${i} = multiplyAdd(c${i}, y, im${i})
        const s${i} = ${s}
        re${i} = subtractProduct(s${i}, y, re${i})
        im${i} = multiplyAdd(s${i}, x, im${i})`
  const loaded = range(size).map((i) =>
    product(i, `v128.load32_splat(w, ${4 * i})`, `v128.load32_splat(w, ${4 * (size + i)})`),
  )
  if (size !== 4) return loaded.join('')
  const lane = (vector, i) => `v128.shuffle<f32>(${vector}, ${vector}, ${Array(4).fill(i).join(', ')})`
  const shuffled = range(size).map((i) => product(i, lane('c', i), lane('s', i)))
  return `
      if (ASC_FEATURE_RELAXED_SIMD) {
        const c = v128.load(w)
        const s = v128.load(w, 16)${shuffled.join('')}
      } else {${loaded.join('')}
      }`
}

function multiplyBlocks(size) {
  return `
/** For ${size} blocks of the result: at each frequency, the sum over the input's blocks of kernel times input. */
export function multiplyBlocks${size}(input: usize, inputStride: usize, kernel: usize, sums: i32, output: usize, outputStride: usize, points: i32): void {
  ${size === 4 ? 'const outputStride2 = outputStride * 2\nconst outputStride3 = outputStride * 3' : ''}
  let w = kernel
  for (let point = 0; point < points; point++) {
    let a = input
    ${range(size)
      .map((i) => `let re${i} = f32x4.splat(0)\nlet im${i} = f32x4.splat(0)`)
      .join('\n')}
    for (let j = 0; j < sums; j++) {
      const x = v128.load(a)
      const y = v128.load(a, 16)
      ${addProducts(size)}
      a += inputStride
      w += ${8 * size}
    }
    ${range(size)
      .map((i) => {
        const place = i === 0 ? 'output' : `output + outputStride${i === 1 ? '' : i}`
        return `v128.store(${place}, re${i})\nv128.store(${place}, im${i}, 16)`
      })
      .join('\n')}
    input += 32
    output += 32
  }
}
`
}

/** Adds g · conj(x) to a sum, for each of `products`: the number of the sum, and the names of g and x. */
function correlate(loads, products) {
  return [
    ...Object.entries(loads).flatMap(([name, [address, offset]]) => [
      `const ${name}r = v128.load(${address}, ${offset})`,
      `const ${name}i = v128.load(${address}, ${offset + 16})`,
    ]),
    ...products.flatMap(([sum, g, x]) => [
      `re${sum} = multiplyAdd(${g}i, ${x}i, multiplyAdd(${g}r, ${x}r, re${sum}))`,
      `im${sum} = subtractProduct(${g}r, ${x}i, multiplyAdd(${g}i, ${x}r, im${sum}))`,
    ]),
  ].join('\n')
}

/** Sums over tiles for both blocks of g and one block of x: with four sums at once not all would stay in registers. */
const correlateColumn = (column) => `
    a = g
    b = x${column === 0 ? '' : ' + xBlock'}
    for (let tile = 0; tile < tiles; tile++) {
      const a1 = a + gBlock
      ${correlate({ g0: ['a', 0], g1: ['a1', 0], x0: ['b', 0] }, [
        [column, 'g0', 'x0'],
        [column + 2, 'g1', 'x0'],
      ])}
      a += gTile
      b += xTile
    }`

const zeroSums = (count) =>
  range(count)
    .map((i) => `let re${i} = f32x4.splat(0)\nlet im${i} = f32x4.splat(0)`)
    .join('\n')

/** The sums of the lanes of four vectors, as the lanes of one. */
const laneSums = (part) => `
    const ${part}01 = f32x4.add(v128.shuffle<f32>(${part}0, ${part}1, 0, 4, 1, 5), v128.shuffle<f32>(${part}0, ${part}1, 2, 6, 3, 7))
    const ${part}23 = f32x4.add(v128.shuffle<f32>(${part}2, ${part}3, 0, 4, 1, 5), v128.shuffle<f32>(${part}2, ${part}3, 2, 6, 3, 7))
    const ${part} = f32x4.add(v128.shuffle<f32>(${part}01, ${part}23, 0, 1, 4, 5), v128.shuffle<f32>(${part}01, ${part}23, 2, 3, 6, 7))`

export default `// Made by products.codegen.mjs.
import { multiplyAdd, subtractProduct } from '../simd'
${[1, 2, 4].map(multiplyBlocks).join('')}
/**
 * Adds to a tile of sums, at each frequency, the sum over \`tiles\` tiles and their lanes of g · conj(x): for the blocks
 * g and g + gBlock of the output's gradient and the blocks x and x + xBlock of the input, one combination in a lane.
 */
export function correlateBlocks(g: usize, gBlock: usize, gTile: usize, x: usize, xBlock: usize, xTile: usize, tiles: i32, sums: usize, points: i32): void {
  for (let point = 0; point < points; point++) {
    let a: usize
    let b: usize
    ${zeroSums(4)}
    ${[0, 1].map(correlateColumn).join('')}
    ${laneSums('re')}
    ${laneSums('im')}
    v128.store(sums, f32x4.add(v128.load(sums), re))
    v128.store(sums, f32x4.add(v128.load(sums, 16), im), 16)
    g += 32
    x += 32
    sums += 32
  }
}

/** The same for a single block of each, two frequencies at a time; lanes are summed by whoever uses the sums. */
export function correlateBlock(g: usize, gTile: usize, x: usize, xTile: usize, tiles: i32, sums: usize, points: i32): void {
  for (; points >= 2; points -= 2) {
    let a = g
    let b = x
    ${range(2)
      .map((i) => `let re${i} = v128.load(sums, ${32 * i})\nlet im${i} = v128.load(sums, ${32 * i + 16})`)
      .join('\n')}
    for (let tile = 0; tile < tiles; tile++) {
      ${correlate({ g0: ['a', 0], g1: ['a', 32], x0: ['b', 0], x1: ['b', 32] }, [
        [0, 'g0', 'x0'],
        [1, 'g1', 'x1'],
      ])}
      a += gTile
      b += xTile
    }
    ${range(2)
      .map((i) => `v128.store(sums, re${i}, ${32 * i})\nv128.store(sums, im${i}, ${32 * i + 16})`)
      .join('\n')}
    g += 64
    x += 64
    sums += 64
  }
  if (points > 0) {
    let re0 = v128.load(sums)
    let im0 = v128.load(sums, 16)
    for (let tile = 0; tile < tiles; tile++) {
      ${correlate({ g0: ['g', 0], x0: ['x', 0] }, [[0, 'g0', 'x0']])}
      g += gTile
      x += xTile
    }
    v128.store(sums, re0)
    v128.store(sums, im0, 16)
  }
}
`
