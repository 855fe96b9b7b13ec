import {
  add,
  exp,
  inPhase,
  matmul,
  mul,
  nameScope,
  neg,
  Parameter,
  reshape,
  sum,
  type Tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { cost, costToJson, costWithin, withDescendants } from './cost.js'
import { trace } from './trace.js'

const matrix = { shape: [2, 3], dtype: 'float32' } as const

function parameter(shape: readonly number[], trainable = true): Parameter {
  return new Parameter({ shape, dtype: 'float32', trainable }, () => {
    throw new Error('the numbers were drawn')
  })
}

describe('cost', () => {
  it('sums FLOPs and bytes over all ops, and per op', () => {
    const graph = trace((x: Tensor, w: Tensor) => exp(exp(matmul(x, w))))(matrix, {
      shape: [3, 4],
      dtype: 'float32',
    })
    const { flops, bytes, count, byOp } = cost(graph)
    expect(byOp.get('matmul')).toEqual({ count: 1, flops: 2 * 2 * 3 * 4, bytes: 4 * (6 + 12 + 8) })
    expect(byOp.get('exp')).toEqual({ count: 2, flops: 16, bytes: 4 * 32 })
    expect({ count, flops, bytes }).toEqual({ count: 3, flops: 64, bytes: 4 * 58 })
  })

  it('counts views as nothing', () => {
    const { count, flops, bytes } = cost(trace((x: Tensor) => reshape(x, [6]))(matrix))
    expect({ count, flops, bytes }).toEqual({ count: 0, flops: 0, bytes: 0 })
  })

  it('counts an op whose result nobody uses, since running the function computes it', () => {
    const graph = trace((x: Tensor) => {
      exp(x)
      return neg(x)
    })(matrix)
    expect(cost(graph).byOp.get('exp')?.count).toBe(1)
  })

  it('splits by phase and by module path; descendants add up', () => {
    const graph = trace((x: Tensor) =>
      nameScope('a', () => {
        const y = nameScope('b.0', () => exp(x))
        const z = nameScope('b.1', () => exp(y))
        return inPhase('backward', () => mul(y, z))
      }),
    )(matrix)
    const { byPath, byPhase, count, flops, bytes } = cost(graph)
    expect([...byPath.keys()]).toEqual(['a.b.0', 'a.b.1', 'a'])
    expect(byPhase.forward.flops).toBe(12)
    expect(byPhase.backward.flops).toBe(6)
    expect(byPhase.update).toEqual({ count: 0, flops: 0, bytes: 0 })
    const totals = withDescendants(byPath)
    expect(totals.get('a.b')?.flops).toBe(12)
    expect(totals.get('a')?.flops).toBe(18)
    expect(totals.get('')).toEqual({ count, flops, bytes })
  })

  it('picks out the ops of an adapter by its path', () => {
    const graph = trace((x: Tensor) =>
      nameScope('query', () =>
        nameScope('delta.default', () =>
          add(
            x,
            nameScope('inner', () => exp(x)),
          ),
        ),
      ),
    )(matrix)
    const isAdapter = (path: string): boolean => path.split('.').includes('delta')
    expect(costWithin(graph, isAdapter)).toMatchObject({ count: 2, flops: 12 })
    expect(costWithin(graph, (path) => !isAdapter(path))).toEqual({ count: 0, flops: 0, bytes: 0 })
    expect(costWithin(graph, (path, phase) => isAdapter(path) && phase === 'backward').count).toBe(0)
  })

  it('counts parameters of the module apart from other state', () => {
    const weight = parameter([3, 4])
    const frozen = parameter([4], false)
    const moment = parameter([3, 4], false)
    const fn = (x: Tensor): Tensor => {
      moment.assign(add(moment.value, weight.value))
      return add(matmul(x, weight.value), frozen.value)
    }
    const named = [
      ['weight', weight],
      ['bias', frozen],
      ['unused', parameter([9])],
    ] as const
    const within = cost(trace(fn, { namedParameters: () => named })(matrix))
    expect(within.parameters).toEqual({ count: 16, bytes: 64, trainable: 12 })
    expect(within.state).toEqual({ count: 12, bytes: 48 })
    const without = cost(trace(fn)(matrix))
    expect(without.parameters).toEqual({ count: 28, bytes: 112, trainable: 12 })
    expect(without.state.count).toBe(0)
  })

  it('counts a linear layer of any size without making its weight', () => {
    const weight = parameter([1 << 16, 1 << 16])
    const graph = trace((x: Tensor) => sum(matmul(x, weight.value)))({
      shape: [8, 1 << 16],
      dtype: 'float32',
    })
    expect(cost(graph).byOp.get('matmul')?.flops).toBe(2 * 8 * 2 ** 32)
    expect(cost(graph).parameters.bytes).toBe(4 * 2 ** 32)
  })

  it('becomes plain JSON', () => {
    const json = JSON.parse(JSON.stringify(costToJson(cost(trace((x: Tensor) => exp(x))(matrix)))))
    expect(json).toMatchObject({ flops: 6, byOp: { exp: { count: 1 } }, byPath: { '': { flops: 6 } } })
  })
})
