import { type PackedType, packedType } from './packed-type.js'

const mostInvocations = 256
/** So many invocations are a workgroup at least: devices run 32 or 64 of them in step. */
const leastInvocations = 64
/** Loads that an invocation should have of a row before more of them share it. */
const loadsWorthSharing = 4

/** How workgroups share rows of numbers that lie one after the other: some invocations for each row. */
export interface RowLayout {
  /** What an invocation loads at once. */
  readonly type: PackedType
  /** The loads of a row. */
  readonly columns: number
  /** Invocations that share a row, a power of two. */
  readonly team: number
  readonly workgroupSize: number
  readonly workgroups: number
  /**
   * The beginning of a kernel's body: the number of the invocation's `row`, its place in the `team`, and where the
   * row's loads `start`. Teams without a row find it empty, for they must come to the barriers too: they are to write
   * nothing where not `has_row`.
   */
  readonly begin: string
  /** A loop over the invocation's part of a row, in which `i` is the place of a load and `column` its column. */
  each(body: string): string
}

export function layOutRows(rows: number, features: number): RowLayout {
  const { type, width } = packedType(features)
  const columns = features / width
  let team = 1
  while (team < mostInvocations && team * loadsWorthSharing < columns) team *= 2
  const workgroupSize = Math.max(team, leastInvocations)
  const rowsOfGroup = workgroupSize / team
  return {
    type,
    columns,
    team,
    workgroupSize,
    workgroups: Math.ceil(rows / rowsOfGroup),
    begin: `let row = flat_group * ${rowsOfGroup}u + lane / ${team}u;
  let place = lane % ${team}u;
  let has_row = row < ${rows}u;
  let start = row * ${columns}u;
  let columns = select(0u, ${columns}u, has_row);`,
    each: (body) => `for (var column = place; column < columns; column += ${team}u) {
    let i = start + column;
    ${body}
  }`,
  }
}

/** How many values become one, two at a time. */
export interface Reduction {
  /** The function's name. */
  readonly name: string
  readonly type: 'f32' | 'vec2<f32>' | 'u32'
  readonly combine: (a: string, b: string) => string
  /** Functions that `combine` calls. */
  readonly declarations?: string
}

export const sumOfNumbers: Reduction = {
  name: 'sum_of_numbers',
  type: 'f32',
  combine: (a, b) => `${a} + ${b}`,
}

export const largestNumber: Reduction = {
  name: 'largest_number',
  type: 'f32',
  combine: (a, b) => `max(${a}, ${b})`,
}

/** Two sums at once. */
export const sumOfPairs: Reduction = {
  name: 'sum_of_pairs',
  type: 'vec2<f32>',
  combine: (a, b) => `${a} + ${b}`,
}

/**
 * In WGSL: a function `name(lane, value)` that gives every invocation of a team what the values of all of them make
 * together, in a tree in the workgroup's memory. All of the workgroup must call it.
 */
export function reductionOverTeam(
  { name, type, combine, declarations = '' }: Reduction,
  { team, workgroupSize }: Pick<RowLayout, 'team' | 'workgroupSize'>,
): string {
  return `${declarations}
var<workgroup> ${name}_parts: array<${type}, ${workgroupSize}>;
fn ${name}(lane: u32, value: ${type}) -> ${type} {
  ${name}_parts[lane] = value;
  workgroupBarrier();
  for (var half = ${team}u / 2u; half > 0u; half /= 2u) {
    if (lane % ${team}u < half) {
      ${name}_parts[lane] = ${combine(`${name}_parts[lane]`, `${name}_parts[lane + half]`)};
    }
    workgroupBarrier();
  }
  let result = ${name}_parts[lane - lane % ${team}u];
  // The parts may be written again only when all have read.
  workgroupBarrier();
  return result;
}`
}
