import { writeUnitRoot } from '../../unit-root.js'

export type Direction = 'forward' | 'inverse'

/** A piece of a function in WGSL: lines that name new values, and the names of its results among them, in order. */
export interface Piece {
  readonly lines: readonly string[]
  readonly results: readonly string[]
}

/**
 * The transform of a few complex numbers in registers: radix 2, as the recursion of the textbook (radix2.ts), which
 * runs while the text is made. What is left of it are sums and products with constants. To take every second number,
 * and to put results in order, is a choice of names and costs nothing.
 *
 * `values` are names of `vec2f`; new names begin with `prefix`. Not scaled.
 */
export function unrolledTransform(values: readonly string[], direction: Direction, prefix: string): Piece {
  const n = values.length
  if (n === 1) return { lines: [], results: values }
  const E = unrolledTransform(everySecond(values, 0), direction, `${prefix}e`)
  const O = unrolledTransform(everySecond(values, 1), direction, `${prefix}o`)
  const lines = [...E.lines, ...O.lines]
  const results: string[] = []
  for (let k = 0; k < n / 2; k++) {
    const turned = `${prefix}_turned${k}`
    const low = (results[k] = `${prefix}_${k}`)
    const high = (results[k + n / 2] = `${prefix}_${k + n / 2}`)
    lines.push(
      `let ${turned} = ${timesRoot(O.results[k]!, k, n, direction)};`,
      `let ${low} = ${E.results[k]} + ${turned};`,
      `let ${high} = ${E.results[k]} - ${turned};`,
    )
  }
  return { lines, results }
}

function everySecond(values: readonly string[], first: 0 | 1): string[] {
  return values.filter((_, index) => index % 2 === first)
}

/** The value times the k-th power of the n-th root of unity, k < n/2; 1 and ∓i need no product. */
function timesRoot(value: string, k: number, n: number, direction: Direction): string {
  if (k === 0) return value
  if (4 * k === n)
    return direction === 'forward' ? `vec2f(${value}.y, -${value}.x)` : `vec2f(-${value}.y, ${value}.x)`
  const root = new Float64Array(2)
  writeUnitRoot(root, 0, k, n)
  const imaginary = direction === 'forward' ? root[1]! : -root[1]!
  return `complex_product(${value}, vec2f(${Math.fround(root[0]!)}, ${Math.fround(imaginary)}))`
}
