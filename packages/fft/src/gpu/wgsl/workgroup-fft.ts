import { type Direction, type Piece, unrolledTransform } from './unrolled-transform.js'

export interface WorkgroupFftOptions {
  /** A power of two: complex numbers a row, or real ones, of which there are at least two. */
  readonly n: number
  /** Real rows are read as n/2 complex numbers, and their spectra are packed: see `workgroupFft`. */
  readonly kind: 'complex' | 'real'
  readonly direction: Direction
  /** The name of an `array<vec2f>` with the n powers of exp(−2πi / n), which `unitRoots(n)` makes. */
  readonly roots: string
  /** The name of a `var<workgroup>`, an `array<vec2f>` with a place for each point of each row of the workgroup. */
  readonly memory: string
}

/** How many complex numbers a row has, and how they are spread over threads. */
interface Spread {
  /** Complex numbers a row: n, or n/2 for real rows. */
  readonly points: number
  readonly pointsPerThread: number
  readonly threadsPerRow: number
}

export interface WorkgroupFft extends Spread {
  /** `fn name(values: array<vec2f, pointsPerThread>, thread: u32, base: u32) -> array<vec2f, pointsPerThread>` */
  readonly name: string
  /** The function in WGSL. It calls `complexProduct`, which the kernel must have, once. */
  readonly code: string
}

/** The product of complex numbers, in WGSL. */
export const complexProduct = `fn complex_product(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}`

/**
 * The transform of rows that a workgroup holds, as a function in WGSL to build kernels with: load, transform, store; or
 * load, transform, multiply, transform back, store.
 *
 * A row has `threadsPerRow` threads, T, and each of them `pointsPerThread` numbers in registers: number i of a thread
 * is point `thread + i · T` of its row, before and after. So neighbours load and store what is side by side, and what
 * is multiplied number by number never leaves the registers. Between groups of radix-2 stages that fit in registers
 * the numbers change hands in the memory, in which the thread's row begins at `base`. All threads of the workgroup
 * must call the function together, whatever they hold: it has barriers. The memory is free to be written to when it
 * is called, and again when it returns.
 *
 * The inverse is scaled by 1/n. The spectrum of n real numbers has n/2 + 1, of which the first and the last are real;
 * these two are packed as one, (X[0], X[n/2]), so that a thread has as many numbers after the transform as before.
 */
export function workgroupFft(options: WorkgroupFftOptions): WorkgroupFft {
  const { n, kind, direction } = options
  const layout = { ...options, ...spreadOf(n, kind) }
  const name = `fft_${kind}_${direction}_${n}`
  const parts = { complex: [stages], real: direction === 'forward' ? [stages, split] : [join, stages] }[kind]
  const numbers = `array<vec2f, ${layout.pointsPerThread}>`
  const code = `fn ${name}(values: ${numbers}, thread: u32, base: u32) -> ${numbers} {
  var v = values;
  ${parts.map((part) => part(layout)).join('\n  ')}
  return v;
}`
  return { ...spreadOf(n, kind), name, code }
}

/** More than 8 numbers a thread only where a row would have more threads than every device allows, 256. */
export function spreadOf(n: number, kind: 'complex' | 'real'): Spread {
  const points = kind === 'real' ? n / 2 : n
  const pointsPerThread = Math.min(points, points > 2048 ? 16 : 8)
  return { points, pointsPerThread, threadsPerRow: points / pointsPerThread }
}

/** How many radix-2 stages run in registers at once: butterflies of 8. */
const stagesAtOnce = 3

type Layout = WorkgroupFftOptions & Spread

/**
 * All stages, in Stockham's order (stage-kernels.ts), several at once: with L the length reached before, the butterfly
 * j takes R = 2^stages numbers, each points/R from the next, from j on. In front of it they are turned by the powers of
 * w^(j mod L), with w the root for length L·R; behind it they belong L apart, from (j − j mod L) · R + j mod L on.
 *
 * Loops have constant bounds: a GPU's compiler unrolls them, so that v is registers.
 *
 * @source N. K. Govindaraju et al., "High Performance Discrete Fourier Transforms on Graphics Processors", SC 2008.
 */
function stages(layout: Layout): string {
  const { n, points, pointsPerThread, threadsPerRow, direction, roots, memory } = layout
  const parts: string[] = []
  let L = 1
  for (const R of radices(points)) {
    const butterflies = pointsPerThread / R
    const inputs = Array.from({ length: R }, (_, r) => `v[b + ${r * butterflies}u]`)
    const turned = turn(inputs, `${roots}[k * ${n / (L * R)}u]`, direction)
    // Before the first stages the powers are all 1.
    const { lines, results } = unrolledTransform(L === 1 ? inputs : turned.results, direction, 'x')
    const isLast = L * R === points
    const scale = isLast && direction === 'inverse' ? ` * ${1 / points}` : ''
    const outputs = isLast ? inputs : inputs.map((_, r) => `${memory}[at + ${r * L}u]`)
    parts.push(`for (var b = 0u; b < ${butterflies}u; b++) {
    let j = thread + b * ${threadsPerRow}u;
    let k = j & ${L - 1}u;
    let at = base + (j - k) * ${R}u + k;
    ${L === 1 ? '' : turned.lines.join('\n    ')}
    ${lines.join('\n    ')}
    ${results.map((value, r) => `${outputs[r]} = ${value}${scale};`).join('\n    ')}
  }`)
    if (!isLast) {
      parts.push(`workgroupBarrier();
  ${eachPoint(layout, `v[i] = ${memory}[base + k];`)}
  workgroupBarrier();`)
    }
    L *= R
  }
  return parts.join('\n  ')
}

/** The sizes of butterflies, as equal as can be. */
function radices(points: number): number[] {
  const total = Math.log2(points)
  const groups = Math.ceil(total / stagesAtOnce)
  return Array.from({ length: groups }, (_, g) => 2 ** Math.floor((total + g) / groups))
}

/** Number r times the r-th power of a root; the powers are products of those before, at most log₂ r of them deep. */
function turn(values: readonly string[], root: string, direction: Direction): Piece {
  const lines = [`let root = ${root};`, `let w1 = ${direction === 'forward' ? 'root' : conjugate('root')};`]
  const results = values.map((value, r) => {
    if (r === 0) return value
    const half = Math.floor(r / 2)
    if (r > 1) lines.push(`let w${r} = complex_product(w${half}, w${r - half});`)
    lines.push(`let turned${r} = complex_product(${value}, w${r});`)
    return `turned${r}`
  })
  return { lines, results }
}

/**
 * From Z, the transform of n real numbers read as n/2 complex ones, to their spectrum X, packed: real-transform.ts has
 * the algebra. X[k] needs Z[k] and Z[n/2 − k], which another thread holds.
 */
function split(layout: Layout): string {
  return withMirror(
    layout,
    `let even = 0.5 * vec2f(low.x + high.x, low.y - high.y);
    let odd = 0.5 * vec2f(low.y + high.y, high.x - low.x);
    let first = vec2f(low.x + low.y, low.x - low.y);
    v[i] = select(even + complex_product(odd, root), first, k == 0u);`,
  )
}

/** And back: Z[k] = E[k] + i · O[k]. */
function join(layout: Layout): string {
  return withMirror(
    layout,
    `let even = 0.5 * vec2f(low.x + high.x, low.y - high.y);
    let odd = complex_product(0.5 * vec2f(low.x - high.x, low.y + high.y), ${conjugate('root')});
    let first = 0.5 * vec2f(low.x + low.y, low.x - low.y);
    v[i] = select(even + vec2f(-odd.y, odd.x), first, k == 0u);`,
  )
}

/** What to do with each point k: it is `low`, n/2 − k is `high`, and `root` is w^k. */
function withMirror(layout: Layout, lines: string): string {
  const { points, roots, memory } = layout
  return `${eachPoint(layout, `${memory}[base + k] = v[i];`)}
  workgroupBarrier();
  ${eachPoint(
    layout,
    `let low = v[i];
    let high = ${memory}[base + ((${points}u - k) & ${points - 1}u)];
    let root = ${roots}[k];
    ${lines}`,
  )}
  workgroupBarrier();`
}

/** The points k that a thread holds, as v[i]. */
function eachPoint({ pointsPerThread, threadsPerRow }: Spread, lines: string): string {
  return `for (var i = 0u; i < ${pointsPerThread}u; i++) {
    let k = thread + i * ${threadsPerRow}u;
    ${lines}
  }`
}

function conjugate(value: string): string {
  return `vec2f(${value}.x, -${value}.y)`
}
