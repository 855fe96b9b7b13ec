import type { Binding, Dispatch } from '../program/step.js'
import { butterfly } from './butterfly.js'
import { complexFunctions } from './complex.js'

/** Bytes of a complex number. */
const elementBytes = 8

/** Invocations that a workgroup should have, where rows are short and several of them share it. */
const invocations = 128

/** Odd primes for which a butterfly by the definition is short enough. */
const oddPrimes = [3, 5, 7]

/**
 * Fourier transforms of rows of n complex numbers, each in a workgroup's memory from its first stage to its last.
 * Where the numbers come from and where they go is the caller's: so what stands before or after a transform costs no
 * way through the device's memory.
 */
export interface RowTransform {
  readonly name: string
  readonly n: number
  readonly rows: number
  /** Whether the exponent is positive; nothing is scaled. */
  readonly inverse?: boolean
  readonly reads: Dispatch['reads']
  readonly writes: Dispatch['writes']
  /** Whole numbers that the caller's texts know as `sizes.NAME`. */
  readonly sizes?: Dispatch['sizes']
  /** A table of the powers of exp(-2πi / length), where length is n or a multiple of it. */
  readonly roots: { readonly table: Binding; readonly length: number }
  /** Functions that `load`, `store` and `finish` call. They know the table as `roots`, and `complexFunctions`. */
  readonly declarations?: string
  /** Statements that set the variables `values` to the numbers at `places` of a row. */
  readonly load: (row: string, places: readonly string[], values: readonly string[]) => string
  /** A statement that takes the result at `place` of a row. */
  readonly store?: (row: string, place: string, value: string) => string
  /** Instead of `store`: statements for each place below `count` of a row, which see all of its results. */
  readonly finish?: {
    readonly count: number
    readonly text: (row: string, place: string, result: (place: string) => string) => string
  }
  /** Neighbouring rows, not neighbouring places of a row, are neighbours in memory. */
  readonly interleaved?: boolean
}

/** The radices of the stages, whose product is n; undefined where n has a prime factor above 7. */
export function stageRadices(n: number): readonly number[] | undefined {
  const odd: number[] = []
  let rest = n
  for (const prime of oddPrimes) {
    for (; rest % prime === 0; rest /= prime) odd.push(prime)
  }
  const twos = Math.log2(rest)
  if (!Number.isInteger(twos)) return undefined
  return [...odd, ...Array<number>(Math.floor(twos / 2)).fill(4), ...(twos % 2 === 1 ? [2] : [])]
}

/** Whether rows of n complex numbers have stages, and fit into a workgroup's memory. */
export function fitsWorkgroup(n: number, limits: GPUSupportedLimits): boolean {
  return stageRadices(n) !== undefined && n * elementBytes <= limits.maxComputeWorkgroupStorageSize
}

/**
 * The kernel of a transform by Stockham's algorithm, of mixed radices. After the stages whose radices multiply to L,
 * the row holds n/L transforms of length L, each in order, so that nothing is reordered at the end. A stage of radix r
 * takes r of them and makes one of r·L: the number at b + t·n/r, for t = 0 … r - 1, is multiplied by
 * exp(-2πi t (b mod L) / (rL)), and a butterfly of the r numbers gives those at (b - b mod L)·r + b mod L + t·L. Stages
 * compute in registers; between them the row lies in the workgroup's memory.
 *
 * @source C. Van Loan, "Computational Frameworks for the Fast Fourier Transform", SIAM 1992, section 1.7.
 */
export function rowTransform(transform: RowTransform, limits: GPUSupportedLimits): Dispatch {
  const { name, n, rows, roots, reads, writes, sizes, declarations = '', interleaved = false } = transform
  const { groupRows, rowLanes } = workgroupOf(n, limits)
  return {
    name,
    reads: { ...reads, roots: roots.table },
    writes,
    sizes: { ...sizes, rows },
    workgroups: Math.ceil(rows / groupRows),
    workgroupSize: groupRows * rowLanes,
    declarations: `var<workgroup> line: array<vec2<f32>, ${groupRows * n}>;
${complexFunctions}
${declarations}`,
    body: `let group_row = lane ${interleaved ? `% ${groupRows}u` : `/ ${rowLanes}u`};
  let position = lane ${interleaved ? `/ ${groupRows}u` : `% ${rowLanes}u`};
  let start = group_row * ${n}u;
  let row = flat_group * ${groupRows}u + group_row;
  let inside = row < sizes.rows;
  ${stagesText(transform, rowLanes)}`,
  }
}

/** How many rows share a workgroup, and how many invocations a row has: one for each butterfly of the largest radix. */
function workgroupOf(n: number, limits: GPUSupportedLimits) {
  const rowLanes = Math.min(n / Math.max(...stagesOf(n)), limits.maxComputeInvocationsPerWorkgroup)
  const fitting = Math.floor(limits.maxComputeWorkgroupStorageSize / (n * elementBytes))
  const groupRows = Math.max(1, Math.min(Math.floor(invocations / rowLanes), fitting))
  return { groupRows, rowLanes }
}

/** A row of one number has a stage too, which only moves it. */
function stagesOf(n: number): readonly number[] {
  return n === 1 ? [1] : stageRadices(n)!
}

/** The statements of all stages; they know `row`, `inside`, `position` among the row's invocations, and its `start`. */
function stagesText(transform: RowTransform, rowLanes: number): string {
  const { n, inverse = false, roots, load, store, finish } = transform
  // A transform of numbers whose parts change places, before and after, is the inverse.
  const swap = (value: string) => (inverse ? `${value}.yx` : value)
  const stages = stagesOf(n)
  const lines: string[] = []
  let length = 1
  stages.forEach((radix, stage) => {
    const isFirst = stage === 0
    const isLast = stage === stages.length - 1
    const butterflies = n / radix
    const values = Array.from({ length: radix }, (_, t) => `v${t}`)
    const each = (body: readonly string[], where: readonly string[] = []) =>
      forEachButterfly(butterflies, rowLanes, where, body)

    const places = placesFrom('b', butterflies, radix)
    const take = isFirst
      ? [load('row', places, values), ...(inverse ? values.map((v) => `${v} = ${v}.yx;`) : [])]
      : values.map((v, t) => `${v} = line[start + ${places[t]}];`)
    const step = roots.length / (length * radix)
    const turn = values.slice(1).map((v, t) => `${v} = complex_product(${v}, roots[k * ${(t + 1) * step}u]);`)
    const compute = [
      values.map((v) => `var ${v}: vec2<f32>;`).join(' '),
      ...take,
      ...(length > 1 ? [`let k = b % ${length}u;`, ...turn] : []),
      butterfly(values),
    ]

    const made = placesFrom(
      length === 1 ? `b * ${radix}u` : `b / ${length}u * ${length * radix}u + b % ${length}u`,
      length,
      radix,
    )
    const toLine = values.map((v, t) => `line[start + ${made[t]}] = ${isLast ? swap(v) : v};`)
    const guard = isFirst ? ['inside'] : []
    if (isLast && store) {
      const results = values.map((v, t) => store('row', made[t]!, swap(v)))
      lines.push(each([...compute, ...results], ['inside']))
    } else if (isFirst) {
      lines.push(each([...compute, ...toLine], guard), 'workgroupBarrier();')
    } else {
      // All that stands in the line is taken before anything in it changes.
      const held = values.map((_, t) => `held${stage}[u * ${radix}u + ${t}u]`)
      const size = Math.ceil(butterflies / rowLanes) * radix
      lines.push(
        `var held${stage}: array<vec2<f32>, ${size}>;`,
        each([...compute, ...held.map((h, t) => `${h} = ${values[t]};`)]),
        'workgroupBarrier();',
        each([...values.map((v, t) => `let ${v} = ${held[t]};`), ...toLine]),
        'workgroupBarrier();',
      )
    }
    length *= radix
  })
  if (finish) {
    const text = finish.text('row', 'k', (place) => `line[start + ${place}]`)
    lines.push(`for (var k = position; inside && k < ${finish.count}u; k += ${rowLanes}u) {\n${text}\n}`)
  }
  return lines.join('\n  ')
}

function placesFrom(first: string, distance: number, count: number): string[] {
  return Array.from({ length: count }, (_, t) => (t === 0 ? first : `${first} + ${t * distance}u`))
}

/** Statements for each butterfly `b` of an invocation, the `u`-th of those that it has. */
function forEachButterfly(
  butterflies: number,
  rowLanes: number,
  where: readonly string[],
  body: readonly string[],
): string {
  const rounds = Math.ceil(butterflies / rowLanes)
  const conditions = butterflies % rowLanes === 0 ? where : [...where, `b < ${butterflies}u`]
  const text = body.filter((statement) => statement !== '').join('\n      ')
  return `for (var u = 0u; u < ${rounds}u; u++) {
    let b = position + u * ${rowLanes}u;
    ${conditions.length === 0 ? text : `if (${conditions.join(' && ')}) {\n      ${text}\n    }`}
  }`
}
