import { createFft } from '@gyre/fft'
import { chirp as chirpOf } from '@gyre/fft/gpu'
import { BackendError } from '@gyre/tensor'
import type { Lowering } from '../kernel.js'
import type { Binding, Dispatch } from '../program/step.js'
import { fitsWorkgroup, rowTransform, stageRadices } from '../wgsl/row-transform.js'
import { rootsTable } from './roots-table.js'

/** Fourier transforms of rows of any length n, which come from somewhere and go somewhere. */
export interface TransformRows {
  readonly name: string
  readonly n: number
  readonly rows: number
  /** Whether the exponent is positive; nothing is scaled. */
  readonly inverse: boolean
  readonly from: Source
  readonly to: Target
}

/** Where the complex numbers of rows come from. */
export interface Source {
  readonly reads: Dispatch['reads']
  readonly declarations?: string
  /** In WGSL: the number at `place` of `row`. */
  readonly load: (row: string, place: string) => string
}

/** Where results go. */
export interface Target {
  readonly reads?: Dispatch['reads']
  readonly writes: Dispatch['writes']
  readonly declarations?: string
  /** In WGSL: the statement that takes the result at `place` of `row`. */
  readonly store: (row: string, place: string, value: string) => string
}

/**
 * One kernel where a workgroup's memory holds a row; two for longer rows that can be cut in such; Bluestein's
 * algorithm for lengths with a prime factor above 7.
 */
export function lowerTransform(transform: TransformRows, lowering: Lowering): void {
  const { n } = transform
  if (fitsWorkgroup(n, lowering.limits)) lowerInWorkgroup(transform, lowering)
  else if (stageRadices(n) !== undefined) lowerInTwoPasses(transform, lowering)
  else lowerBluestein(transform, lowering)
}

/** Sets each of `values` from its place. */
export function loadEach(load: Source['load']) {
  return (row: string, places: readonly string[], values: readonly string[]): string =>
    values.map((value, t) => `${value} = ${load(row, places[t]!)};`).join('\n    ')
}

function lowerInWorkgroup(
  transform: TransformRows & { readonly interleaved?: boolean },
  lowering: Lowering,
  rootsOf = transform.n,
): void {
  const { name, n, rows, inverse, from, to, interleaved } = transform
  const call = rowTransform(
    {
      name,
      n,
      rows,
      inverse,
      reads: { ...from.reads, ...to.reads },
      writes: to.writes,
      roots: { table: rootsTable(rootsOf, lowering), length: rootsOf },
      declarations: [from.declarations, to.declarations].filter((text) => text !== undefined).join('\n'),
      load: loadEach(from.load),
      store: to.store,
      interleaved,
    },
    lowering.limits,
  )
  lowering.dispatch(call)
}

/**
 * With n = a·b, j = j₁b + j₂ and k = k₁ + ak₂: transforms of length a over j₁, a product with exp(-2πi j₂k₁ / n), and
 * transforms of length b over j₂.
 *
 * @source D. H. Bailey, "FFTs in External or Hierarchical Memory", Journal of Supercomputing 4 (1990).
 */
function lowerInTwoPasses(transform: TransformRows, lowering: Lowering): void {
  const { name, n, rows, inverse, from, to } = transform
  const a = factorNearRoot(n)
  const b = n / a
  if (![a, b].every((factor) => fitsWorkgroup(factor, lowering.limits))) {
    throw new BackendError(`gpu: ${name}: rows of ${n} are longer than this device transforms in two passes`)
  }
  const between: Binding = { block: lowering.workspace(8 * rows * n), type: 'vec2<f32>' }
  lowerInWorkgroup(
    {
      name,
      n: a,
      rows: rows * b,
      inverse,
      from: {
        ...from,
        load: (row, place) => from.load(`(${row} / ${b}u)`, `((${place}) * ${b}u + ${row} % ${b}u)`),
      },
      to: {
        writes: { between },
        store: (row, place, value) => {
          const root = `roots[(${place}) * (${row} % ${b}u)]`
          const at = `${row} / ${b}u * ${n}u + (${place}) * ${b}u + ${row} % ${b}u`
          return `between[${at}] = complex_product(${value}, ${inverse ? `conjugate(${root})` : root});`
        },
      },
      interleaved: true,
    },
    lowering,
    n,
  )
  lowerInWorkgroup(
    {
      name,
      n: b,
      rows: rows * a,
      inverse,
      from: { reads: { between }, load: (row, place) => `between[${row} * ${b}u + ${place}]` },
      to: {
        ...to,
        store: (row, place, value) =>
          to.store(`(${row} / ${a}u)`, `((${place}) * ${a}u + ${row} % ${a}u)`, value),
      },
      interleaved: true,
    },
    lowering,
    n,
  )
}

/** The divisor of n that is nearest to its root from below. */
function factorNearRoot(n: number): number {
  let factor = Math.floor(Math.sqrt(n))
  while (n % factor !== 0) factor--
  return factor
}

/**
 * With jk = (j² + k² - (k - j)²) / 2 a transform is a convolution between products with the chirp
 * w(j) = exp(-πi j² / n): X[k] = w(k) Σⱼ (x[j] w(j)) / w(k - j). The convolution is that of rows of a power of two.
 *
 * @source L. I. Bluestein, "A linear filtering approach to the computation of the discrete Fourier transform",
 * IEEE Transactions on Audio and Electroacoustics 18 (1970).
 */
function lowerBluestein(transform: TransformRows, lowering: Lowering): void {
  const { name, n, rows, inverse, from, to } = transform
  const length = 2 ** Math.ceil(Math.log2(2 * n - 1))
  const table = (title: string, make: () => Float32Array): Binding => {
    return { block: lowering.constant(`${title} ${n}`, make), type: 'vec2<f32>' }
  }
  const chirp = table('chirp', () => Float32Array.from(chirpOf(n)))
  const filter = table('chirp filter', () => chirpFilter(n, length))
  const filtered: Binding = { block: lowering.workspace(8 * rows * length), type: 'vec2<f32>' }
  // A transform of numbers whose parts change places, before and after, is the inverse.
  const swap = (value: string) => (inverse ? `${value}.yx` : value)
  const part = { name, n: length, rows }
  lowerTransform(
    {
      ...part,
      inverse: false,
      from: {
        reads: { ...from.reads, chirp },
        declarations: `${from.declarations ?? ''}
fn chirped(row: u32, place: u32) -> vec2<f32> {
  if (place >= ${n}u) { return vec2<f32>(); }
  return complex_product(${swap(from.load('row', 'place'))}, chirp[place]);
}`,
        load: (row, place) => `chirped(${row}, ${place})`,
      },
      to: {
        reads: { chirp_filter: filter },
        writes: { filtered },
        store: (row, place, value) =>
          `filtered[${row} * ${length}u + ${place}] = complex_product(${value}, chirp_filter[${place}]);`,
      },
    },
    lowering,
  )
  lowerTransform(
    {
      ...part,
      inverse: true,
      from: { reads: { filtered }, load: (row, place) => `filtered[${row} * ${length}u + ${place}]` },
      to: {
        ...to,
        reads: { ...to.reads, chirp },
        store: (row, place, value) =>
          `if (${place} < ${n}u) { ${to.store(row, place, swap(`complex_product(${value}, chirp[${place}])`))} }`,
      },
    },
    lowering,
  )
}

/** The spectrum of 1 / w(j) for -n < j < n, scaled for the inverse transform of the convolution. */
function chirpFilter(n: number, length: number): Float32Array {
  const mirrored = new Float64Array(2 * length)
  const chirp = Float32Array.from(chirpOf(n))
  for (let j = 0; j < n; j++) {
    for (const at of [j, (length - j) % length]) {
      mirrored[2 * at] = chirp[2 * j]! / length
      mirrored[2 * at + 1] = -chirp[2 * j + 1]! / length
    }
  }
  return Float32Array.from(createFft(length, { precision: 'float64' }).forward(mirrored))
}
