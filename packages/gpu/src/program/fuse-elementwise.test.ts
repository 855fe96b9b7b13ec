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

describe('elementwise calls that follow a kernel with an epilogue', () => {
  const [a, b, product, sum, total] = [block(), block(), block(), block(), block()]
  const head: Dispatch = {
    name: 'product',
    reads: { a: { block: a, type: 'f32' } },
    writes: { output: { block: product, type: 'vec4<f32>' } },
    workgroups: 1,
    workgroupSize: 64,
    body: 'output[0] = vec4(finish(a[0], 0u));',
    epilogue: { output: 'output', count },
  }
  const after = (
    calls: readonly ElementwiseCall[],
    neededAfter: (block: Block) => boolean,
    mostBindings = 8,
  ): Dispatch[] => {
    const steps = calls.map((call): Step => ({ kind: 'elementwise', call }))
    const fused = fuseElementwise([{ kind: 'dispatch', call: head }, ...steps], neededAfter, mostBindings)
    return fused.map((step) => (step as { call: Dispatch }).call)
  }
  const finish = ({ declarations }: Dispatch) => declarations!.match(/fn finish.*?\n}/s)![0]

  it('become its end, which stores the last result in place of its own', () => {
    const [kernel, ...others] = after(
      [addition(product, b, sum), addition(sum, product, total)],
      (each) => each === total,
    )
    expect(others).toEqual([])
    expect(kernel!.reads).toEqual({ a: head.reads.a, read0: { block: b, type: 'f32' } })
    expect(kernel!.writes).toEqual({ output: { block: total, type: 'vec4<f32>' } })
    expect(finish(kernel!)).toBe(`fn finish(value: f32, i: u32) -> f32 {
  let element0 = read0[i];
  let value0 = value + element0;
  let value1 = value0 + value;
  return value1;
}`)
  })

  it('leave it as it is where there are none', () => {
    const [kernel] = after([], () => true)
    expect(kernel!.writes).toEqual(head.writes)
    expect(finish(kernel!)).toMatch(/{\s*return value;\s*}/)
  })

  it('store also what a later step needs: its own result, and those in between', () => {
    const [kernel] = after([addition(product, b, sum), addition(sum, product, total)], () => true)
    const written = Object.values(kernel!.writes).map((binding) => binding.block)
    expect(new Set(written)).toEqual(new Set([product, sum, total]))
  })

  it('stay apart where they need another element of it, or none, or write over what it reads', () => {
    const shifted = addition(product, b, sum, {
      inputs: { a: { block: product, type: 'f32', at: (i) => `${i} / 2u` }, b: { block: b, type: 'f32' } },
    })
    expect(after([shifted], () => true)).toHaveLength(2)
    expect(after([addition(b, b, sum)], () => true)).toHaveLength(2)
    expect(after([addition(product, b, a)], () => true)).toHaveLength(2)
  })

  it('stay apart where they are fewer or of another type, or the kernel would have too many buffers', () => {
    expect(after([addition(product, b, sum, { count: 10 })], () => true)).toHaveLength(2)
    const compared = addition(product, b, sum, { output: { block: sum, type: 'u32' } })
    expect(after([compared], () => true)).toHaveLength(2)
    expect(after([addition(product, b, sum)], () => true, 3)).toHaveLength(2)
    const [kernel, ...others] = after([addition(product, b, sum)], () => true, 4)
    expect(others).toEqual([])
    expect(Object.keys({ ...kernel!.reads, ...kernel!.writes })).toHaveLength(4)
  })
})
