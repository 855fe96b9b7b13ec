import {
  add,
  arange,
  exp,
  inPhase,
  layerNorm,
  linear,
  matmul,
  mul,
  nameScope,
  neg,
  Parameter,
  reshape,
  ScopeError,
  scope,
  sum,
  type Tensor,
  TraceError,
  tensor,
  zeros,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import type { Graph } from './graph.js'
import { trace } from './trace.js'

const matrix = { shape: [2, 3], dtype: 'float32' } as const

/** A parameter whose numbers must never be made. */
function untouchable(shape: readonly number[]): Parameter {
  return new Parameter({ shape, dtype: 'float32' }, () => {
    throw new Error('the numbers were drawn')
  })
}

function opNames(graph: Graph): string[] {
  return graph.nodes.map(({ op }) => op.name)
}

describe('trace', () => {
  it('records every op by its shapes, in the order of the calls', () => {
    const graph = trace((a: Tensor, b: Tensor) => sum(exp(matmul(a, b))))(matrix, {
      shape: [3, 4],
      dtype: 'float32',
    })
    expect(opNames(graph)).toEqual(['matmul', 'exp', 'sum'])
    expect(graph.values.map(({ spec }) => spec.shape)).toEqual([[2, 3], [3, 4], [2, 4], [2, 4], []])
    expect(graph.nodes[0]).toMatchObject({ inputs: { a: 0, b: 1 }, results: { output: 2 } })
    expect(graph.values[2]!.producer).toBe(graph.nodes[0])
    expect(graph.outputs).toEqual([{ path: '', value: 4 }])
  })

  it('says where inputs and outputs are in nested arguments and results', () => {
    const fn = (batch: { x: Tensor; pair: [Tensor, Tensor] }, scale: number) =>
      new Map([['scaled', [mul(add(batch.x, batch.pair[1]), scale)]]])
    const graph = trace(fn)({ x: zeros([2, 3]), pair: [matrix, matrix] }, 2)
    expect(graph.inputs.map(({ path }) => path)).toEqual(['0.x', '0.pair.0', '0.pair.1'])
    expect(graph.outputs.map(({ path }) => path)).toEqual(['scaled.0'])
  })

  it('refuses what the ops would refuse, in the same words', () => {
    expect(() => trace((a: Tensor) => matmul(a, a))(matrix)).toThrow(
      'matmul: [2, 3] x [2, 3]: left has 3 columns, right has 2 rows',
    )
  })

  it('reads a parameter by reference, once however often it is read', () => {
    const weight = untouchable([3, 3])
    const module = { namedParameters: () => [['layer.weight', weight]] as const }
    const graph = trace((x: Tensor) => matmul(matmul(x, weight.value), weight.value), module)(matrix)
    expect(graph.parameters).toEqual([
      { parameter: weight, name: 'layer.weight', inModule: true, trainable: true, value: 1 },
    ])
    expect(graph.nodes.map(({ inputs }) => inputs.b)).toEqual([1, 1])
  })

  it('knows the parameters of several modules', () => {
    const [weight, kernel] = [untouchable([3]), untouchable([3])]
    const model = { namedParameters: () => [['weight', weight]] as const }
    const adapter = { namedParameters: () => [['kernel', kernel]] as const }
    const graph = trace(() => add(weight.value, kernel.value), model, adapter)()
    expect(graph.parameters.map(({ name }) => name)).toEqual(['weight', 'kernel'])
  })

  it('leaves parameters outside the given module without a name', () => {
    const graph = trace(() => neg(untouchable([2]).value), { namedParameters: () => [] })()
    expect(graph.parameters[0]).toMatchObject({ name: undefined, inModule: false })
  })

  it('shows an assigned parameter to later reads, and changes none outside', () => {
    const weight = new Parameter({ shape: [2], dtype: 'float32' }, () => new Float32Array([1, 2]))
    const graph = trace(() => {
      weight.assign(mul(weight.value, 2))
      weight.assign(neg(weight.value))
    })()
    expect(graph.nodes[1]!.inputs.x).toBe(graph.nodes[0]!.results.output)
    expect(graph.updates).toEqual([{ parameter: weight, value: graph.nodes[1]!.results.output }])
    expect([...weight.value.dataSync()]).toEqual([1, 2])
  })

  it('holds the first value of a parameter only if it was read before it was assigned', () => {
    const state = untouchable([2])
    const graph = trace((x: Tensor) => state.assign(neg(x)))({ shape: [2], dtype: 'float32' })
    expect(graph.parameters).toEqual([])
    expect(graph.updates).toHaveLength(1)
  })

  it('takes other tensors for constants, each once, and allocates none of them', () => {
    const huge = zeros([1 << 20, 1 << 20])
    const graph = trace((x: Tensor) => add(add(x, huge), huge))({ shape: [1 << 20], dtype: 'float32' })
    expect(graph.constants.map((constant) => constant.tensor)).toEqual([huge])
    expect(huge.backend).toBeUndefined()
  })

  it('records ops on constants too instead of computing them', () => {
    const position = { shape: [1 << 20, 1], dtype: 'int32' } as const
    const graph = trace(() => add(reshape(arange(1 << 20), [1 << 20, 1]), arange(1 << 20)))()
    expect(opNames(graph)).toEqual(['reshape', 'add'])
    expect(graph.values[graph.nodes[0]!.results.output as number]!.spec).toEqual(position)
    expect(graph.constants.every(({ tensor }) => tensor.backend === undefined)).toBe(true)
  })

  it('keeps constants that were made in a scope which ends inside the function', () => {
    const graph = trace((x: Tensor) => scope(() => add(x, tensor([1, 2, 3]))))(matrix)
    expect([...graph.constants[0]!.tensor.dataSync()]).toEqual([1, 2, 3])
  })

  it('refuses a captured tensor whose scope has ended', () => {
    let ended: Tensor | undefined
    scope(() => {
      ended = tensor([1, 2, 3])
    })
    expect(() => trace((x: Tensor) => add(x, ended!))(matrix)).toThrow(ScopeError)
  })

  it('records the module path and the phase of every op', () => {
    const graph = trace((x: Tensor) =>
      nameScope('encoder', () => {
        const y = nameScope('layer.0', () => exp(x))
        return inPhase('update', () => neg(y))
      }),
    )(matrix)
    expect(graph.nodes.map((node) => node.scope)).toEqual([
      { path: 'encoder.layer.0', phase: 'forward' },
      { path: 'encoder', phase: 'update' },
    ])
  })

  it('names the op whose numbers the function tries to read', () => {
    const read = (x: Tensor): number => nameScope('head', () => sum(x).itemSync())
    expect(() => trace(read)(matrix)).toThrow(TraceError)
    expect(() => trace(read)(matrix)).toThrow(
      'the result of sum in head has a shape, [], but no numbers while its function is traced',
    )
    expect(() => trace((x: Tensor) => x.dataSync())(matrix)).toThrow('this input has a shape, [2, 3],')
    expect(() => trace(() => untouchable([2]).value.dataSync())()).toThrow('this parameter has a shape')
  })

  it('lets the function read constants', () => {
    expect(trace(() => neg(tensor(tensor([1, 2]).dataSync())))().nodes).toHaveLength(1)
  })

  it('refuses a function that returns a promise, also when the promise fails', async () => {
    const fn = async (x: Tensor): Promise<Float32Array> => (await exp(x).data()) as Float32Array
    expect(() => trace(fn)(matrix)).toThrow(
      'trace: the function returns a promise; only synchronous functions can be traced',
    )
    await new Promise((resolve) => setTimeout(resolve))
  })

  it('refuses to use a tensor of a trace that has ended', () => {
    let leaked: Tensor | undefined
    trace((x: Tensor) => {
      leaked = exp(x)
    })(matrix)
    expect(() => neg(leaked!)).toThrow('neg: an input was made while tracing and has no numbers')
    expect(() => new Parameter(matrix, () => new Float32Array(6)).assign(leaked!)).toThrow(TraceError)
  })

  it('nests: a function that is traced may trace another', () => {
    let inner: Graph | undefined
    const weight = untouchable([3])
    const outer = trace((x: Tensor) => {
      const y = exp(x)
      inner = trace((z: Tensor) => mul(add(z, y), weight.value))(y)
      return neg(y)
    })(matrix)
    expect(opNames(outer)).toEqual(['exp', 'neg'])
    expect(outer.parameters).toEqual([])
    expect(opNames(inner!)).toEqual(['add', 'mul'])
    expect(inner!.constants).toHaveLength(1)
    expect(inner!.parameters).toHaveLength(1)
  })

  it('computes again as usual after a function threw', () => {
    const fail = (): Tensor => {
      throw new Error('mine')
    }
    expect(() => trace(fail)()).toThrow('mine')
    expect([...neg(tensor([1])).dataSync()]).toEqual([-1])
  })

  it('keeps absent inputs absent, and several results under their names', () => {
    const vector = { shape: [3], dtype: 'float32' } as const
    const graph = trace((x: Tensor, weight: Tensor, bias: Tensor) =>
      linear(layerNorm(x, weight, bias), reshape(bias, [1, 3])),
    )(matrix, vector, vector)
    expect(Object.keys(graph.nodes[0]!.results)).toEqual(['output', 'mean', 'reciprocalDeviation'])
    expect(graph.nodes[2]!.inputs.bias).toBeUndefined()
  })
})
