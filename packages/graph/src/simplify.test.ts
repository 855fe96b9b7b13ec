import { valueAndGrad } from '@gyre/autograd'
import {
  add,
  exp,
  inPhase,
  maximum,
  mul,
  neg,
  Parameter,
  reshape,
  sum,
  type Tensor,
  transpose,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import type { Graph } from './graph.js'
import { valuesOf } from './graph.js'
import { simplify } from './simplify.js'
import { trace } from './trace.js'

const matrix = { shape: [2, 3], dtype: 'float32' } as const
const namesOf = (graph: Graph): string[] => graph.nodes.map(({ op }) => op.name)

describe('simplify', () => {
  it('drops what neither an output nor an update depends on', () => {
    const weight = new Parameter({ shape: [2, 3], dtype: 'float32' }, () => new Float32Array(6))
    const graph = trace((x: Tensor) => {
      exp(exp(x))
      weight.assign(neg(x))
      return add(x, 1)
    })(matrix)
    expect(namesOf(graph)).toEqual(['exp', 'exp', 'neg', 'add'])
    expect(namesOf(simplify(graph))).toEqual(['neg', 'add'])
  })

  it('does the same work on the same values once', () => {
    const graph = trace((x: Tensor) => mul(add(exp(x), exp(x)), reshape(exp(x), [2, 3])))(matrix)
    expect(namesOf(simplify(graph))).toEqual(['exp', 'add', 'reshape', 'mul'])
  })

  it('tells calls apart by their options, and zeros by their sign', () => {
    const graph = trace((x: Tensor) => [
      sum(x, { axes: [0] }),
      sum(x, { axes: [1] }),
      transpose(reshape(x, [6, 1]), [1, 0]),
      transpose(reshape(x, [1, 6]), [1, 0]),
    ])(matrix)
    expect(simplify(graph).nodes.length).toBe(6)
  })

  it('keeps what the backward pass computes again', () => {
    const graph = trace((x: Tensor) => [exp(x), inPhase('backward', () => exp(x))])(matrix)
    expect(namesOf(simplify(graph))).toEqual(['exp', 'exp'])
  })

  it('numbers nodes and values anew, and keeps inputs that nobody reads', () => {
    const graph = simplify(
      trace((x: Tensor, _unread: Tensor, y: Tensor) => {
        neg(x)
        return maximum(x, y)
      })(matrix, matrix, matrix),
    )
    expect(graph.inputs.map(({ path }) => path)).toEqual(['0', '1', '2'])
    graph.values.forEach(({ id, producer }, i) => {
      expect(id).toBe(i)
      if (typeof producer !== 'string') expect(valuesOf(producer.results)).toContain(id)
    })
    graph.nodes.forEach(({ index }, i) => {
      expect(index).toBe(i)
    })
  })

  it('keeps the place of a parameter that is updated, and of no other that nobody reads', () => {
    const [written, unread] = [1, 2].map(
      () => new Parameter({ shape: [2, 3], dtype: 'float32' }, () => new Float32Array(6)),
    ) as unknown as [Parameter, Parameter]
    const graph = trace((x: Tensor) => {
      void [written.value, unread.value]
      written.assign(neg(x))
    })(matrix)
    expect(graph.parameters.length).toBe(2)
    expect(simplify(graph).parameters.map(({ parameter }) => parameter)).toEqual([written])
  })

  it('leaves a gradient with fewer calls than were recorded, none of them dead', () => {
    const loss = (x: Tensor) => valueAndGrad((y: Tensor) => sum(mul(exp(y), add(exp(y), y))))(x)
    const graph = trace(loss)(matrix)
    const simple = simplify(graph)
    expect(simple.nodes.length).toBeLessThan(graph.nodes.length)
    const read = new Set([
      ...simple.nodes.flatMap(({ inputs }) => valuesOf(inputs)),
      ...simple.outputs.map(({ value }) => value),
    ])
    for (const { results } of simple.nodes) expect(valuesOf(results).some((id) => read.has(id))).toBe(true)
  })
})
