import type { Binding, Dispatch } from './step.js'

/** A dispatch as a device takes it: WGSL's whole text, the bindings in their order, and the grid. */
export interface Shader {
  readonly name: string
  readonly text: string
  readonly bindings: readonly (Binding & { readonly writes: boolean })[]
  readonly grid: readonly [x: number, y: number, z: number]
  readonly mayRefuse: boolean
  /** The numbers of `sizes` in their order. */
  readonly sizes: readonly number[]
}

/** The most workgroups along one side of a grid that every device runs. */
const longestSide = 65_535

/** Completes a dispatch's text with its bindings, its entry point and what its body knows. */
export function shaderOf(call: Dispatch): Shader {
  const { name, workgroups, workgroupSize, declarations = '', body, guard, sizes = {} } = call
  const bindings = [
    ...Object.entries(call.reads).map(([key, binding]) => ({ key, ...binding, writes: false })),
    ...Object.entries(call.writes).map(([key, binding]) => ({ key, ...binding, writes: true })),
  ]
  const variables = bindings.map(
    ({ key, type, writes }, i) =>
      `@group(0) @binding(${i}) var<storage, ${writes ? 'read_write' : 'read'}> ${key}: array<${type}>;`,
  )
  const mayRefuse = guard !== undefined
  if (mayRefuse) variables.push(refusal(bindings.length))
  const row = typeof workgroups === 'number'
  // A folded row has more places than it needs; how many it needs is given like any size.
  const given = {
    ...sizes,
    ...(row ? { flat_groups: workgroups } : {}),
    ...(mayRefuse ? { guard } : {}),
  }
  const names = Object.keys(given)
  if (names.length > 0) {
    variables.push(`struct Sizes { ${names.map((each) => `${each}: u32`).join(', ')} }
@group(0) @binding(${variables.length}) var<uniform> sizes: Sizes;`)
  }
  const text = `${variables.join('\n')}
${declarations}
@compute @workgroup_size(${[workgroupSize].flat().join(', ')})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let flat_group = group.x + groups.x * (group.y + groups.y * group.z);
  ${row ? `if (flat_group >= sizes.flat_groups) { return; }` : ''}
  ${body}
}
`
  const grid = row ? gridOf(workgroups) : workgroups
  return { name, text, bindings, grid, mayRefuse, sizes: Object.values(given) }
}

/** A row of workgroups, folded where it is longer than a device's longest. */
function gridOf(workgroups: number): [number, number, number] {
  const rows = Math.ceil(workgroups / longestSide)
  return [Math.ceil(workgroups / rows), rows, 1]
}

/** The words that a refusal leaves: the guard's number and 1, the position, the value's bits. */
export const refusalWords = 3

/** The first invocation that refuses a number leaves word of it. */
function refusal(binding: number): string {
  return `@group(0) @binding(${binding}) var<storage, read_write> refused: array<atomic<u32>, ${refusalWords}>;
fn refuse(position: u32, value: i32) {
  if (atomicCompareExchangeWeak(&refused[0], 0u, sizes.guard + 1u).exchanged) {
    atomicStore(&refused[1], position);
    atomicStore(&refused[2], bitcast<u32>(value));
  }
}`
}
