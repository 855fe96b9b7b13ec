import { describe, expect, it } from 'vitest'
import { Block } from './block.js'
import { fuseElementwise } from './fuse-elementwise.js'
import type { Dispatch, ElementwiseCall, Step } from './step.js'

const count = 1000
const block = () => new Block(4 * count)

/** output = first + second. */
function addition(
  first: Block,
  second: Block,
  output: Block,
  options: Partial<ElementwiseCall> = {},
): ElementwiseCall {
  return {
    name: 'add',
    count,
    inputs: { a: { block: first, type: 'f32' }, b: { block: second, type: 'f32' } },
    output: { block: output, type: 'f32' },
    value: ({ a, b }) => `${a} + ${b}`,
    ...options,
  }
}

function kernels(
  calls: readonly ElementwiseCall[],
  neededAfter: (block: Block) => boolean,
  mostBindings = 8,
): Dispatch[] {
  const steps = calls.map((call): Step => ({ kind: 'elementwise', call }))
  return fuseElementwise(steps, neededAfter, mostBindings).map((step) => {
    if (step.kind !== 'dispatch') throw new Error(`a ${step.kind} came of elementwise calls`)
    return step.call
  })
}

describe('elementwise calls that follow each other', () => {
  const [a, b, sum, total] = [block(), block(), block(), block()]

  it('are one kernel, which reads each element once and stores what is needed after it', () => {
    const [kernel, ...others] = kernels(
      [addition(a, b, sum), addition(sum, a, total)],
      (each) => each === total,
    )
    expect(others).toEqual([])
    expect(Object.values(kernel!.reads).map((binding) => binding.block)).toEqual([a, b])
    expect(Object.values(kernel!.writes).map((binding) => binding.block)).toEqual([total])
    expect(kernel!.body.match(/read\d\[i\]/g)).toHaveLength(2)
    expect(kernel!.workgroups).toBe(4)
  })

  it('store also what a later step needs of the results in between', () => {
    const [kernel] = kernels([addition(a, b, sum), addition(sum, a, total)], () => true)
    expect(Object.values(kernel!.writes).map((binding) => binding.block)).toEqual([sum, total])
  })

  it('stay apart where one reads elements of another that are not its own', () => {
    const shifted = addition(a, b, total, {
      inputs: { a: { block: sum, type: 'f32', at: (i) => `${i} / 2u` }, b: { block: b, type: 'f32' } },
    })
    expect(kernels([addition(a, b, sum), shifted], () => true)).toHaveLength(2)
  })

  it('stay apart where one writes over what another reads', () => {
    expect(kernels([addition(a, b, sum), addition(sum, b, a)], () => true)).toHaveLength(2)
  })

  it('stay apart where their sizes differ, or a kernel would have too many buffers', () => {
    const smaller = addition(sum, a, total, { count: 10 })
    expect(kernels([addition(a, b, sum), smaller], () => true)).toHaveLength(2)
    expect(kernels([addition(a, b, sum), addition(sum, block(), total)], () => true, 4)).toHaveLength(2)
    expect(kernels([addition(a, b, sum), addition(sum, block(), total)], () => true, 5)).toHaveLength(1)
  })
})
