import { createHash } from 'node:crypto'
import { valueAndGrad } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import { AdamW, Linear, Module, SGD, seedParameters } from '@gyre/nn'
import {
  add,
  type Backend,
  dynamicUpdateSlice,
  exp,
  full,
  getBackend,
  greater,
  IndexError,
  jsBackend,
  matmul,
  max,
  mul,
  Parameter,
  randn,
  type Shape,
  setBackend,
  sum,
  type Tensor,
  tensor,
} from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import { afterEach, describe, expect, it } from 'vitest'
import { tinyLlama, tinyRoberta } from './tiny-models.js'

const backends: readonly (readonly [string, Backend])[] = [
  ['js', jsBackend],
  ['wasm', await wasm({ threads: 2 })],
]

afterEach(() => setBackend(jsBackend))

describe.each(backends)('compiled, on %s,', (_name, backend) => {
  it('a function gives what it gives when it is called', () => {
    setBackend(backend)
    const fn = (x: Tensor, y: Tensor) => ({ product: matmul(x, y), sums: [sum(exp(x)), add(y, 1)] })
    const [x, y] = [randn([3, 4], { seed: 1 }), randn([4, 5], { seed: 2 })] as [Tensor, Tensor]
    const compiled = compile(fn)
    for (const scale of [1, 2]) {
      const input = mul(x, scale)
      expect(numbers(compiled(input, y))).toEqual(numbers(fn(input, y)))
    }
    expect(compiled.programs.length).toBe(1)
    compiled(y, randn([5, 2], { seed: 3 }))
    expect(compiled.programs.length).toBe(2)
  })

  it.each([
    ['llama', tinyLlama],
    ['roberta', tinyRoberta],
  ] as const)('training steps of a %s end with the same bytes as eager ones', (kind, create) => {
    setBackend(backend)
    const run = (build: typeof compile) => {
      const model = create()
      const optimizer = new AdamW(model, { learningRate: 0.01, weightDecay: 0.1 })
      const step = build(
        (inputIds: Tensor, labels: Tensor, learningRate: Tensor) => {
          const { value, grads } = valueAndGrad(() => model.forward({ inputIds, labels }).loss!, model)()
          optimizer.step(grads, { learningRate })
          return value
        },
        model,
        optimizer,
      )
      const losses = [0.01, 0.02, 0.005].map((rate, i) => {
        const ids = tensor(
          Int32Array.from({ length: 12 }, (_, k) => 3 + ((7 * k + i) % 11)),
          { shape: [2, 6] },
        )
        const labels = kind === 'roberta' ? tensor(Int32Array.from([0, 1])) : ids
        return step(ids as Tensor, labels as Tensor, full([], rate) as Tensor).itemSync()
      })
      return { losses, state: bytesOf(model, optimizer) }
    }
    expect(run(compile)).toEqual(run(((fn: unknown) => fn) as typeof compile))
  })

  it('a tensor obtained from a parameter keeps its numbers when a program writes the parameter', () => {
    setBackend(backend)
    const weight = new Parameter({ shape: [4], dtype: 'float32' }, () => Float32Array.of(1, 2, 3, 4))
    const double = compile(() => weight.assign(mul(weight.value, 2)))
    double()
    const before = weight.value
    const view = add(before, 0)
    double()
    expect([...before.dataSync()]).toEqual([2, 4, 6, 8])
    expect([...view.dataSync()]).toEqual([2, 4, 6, 8])
    expect([...weight.value.dataSync()]).toEqual([4, 8, 12, 16])
  })

  it('parameters that exchange their numbers keep them apart', () => {
    setBackend(backend)
    const [a, b] = [1, 2].map((value) => {
      return new Parameter<Shape>({ shape: [2], dtype: 'float32' }, () => Float32Array.of(value, value))
    }) as [Parameter, Parameter]
    const swap = compile(() => {
      const old = a.value
      a.assign(b.value)
      b.assign(old)
      return { old, sum: add(a.value, b.value) }
    })
    const { old } = swap()
    expect([old, a.value, b.value].map((t) => [...t.dataSync()])).toEqual([
      [1, 1],
      [2, 2],
      [1, 1],
    ])
    swap()
    expect([...a.value.dataSync(), ...b.value.dataSync()]).toEqual([1, 1, 2, 2])
  })

  it('parameters that begin with one tensor are written apart', () => {
    setBackend(backend)
    const create = () => new Parameter<Shape>({ shape: [2], dtype: 'float32' }, () => Float32Array.of(1, 2))
    const [average, weight] = [create(), create()]
    average.assign(weight.value)
    const step = compile(() => {
      const before = average.value
      weight.assign(
        dynamicUpdateSlice(weight.value, full([1], 9) as Tensor, tensor(0, { dtype: 'int32' }) as Tensor),
      )
      return add(before, weight.value)
    })
    expect([...step().dataSync()]).toEqual([10, 4])
    expect([...average.value.dataSync(), ...weight.value.dataSync()]).toEqual([1, 2, 9, 2])
  })

  it('parameters that are each other’s gradients are updated from the old ones', () => {
    setBackend(backend)
    const run = (build: typeof compile) => {
      const [a, b] = [1, 2].map((value) => {
        return new Parameter<Shape>({ shape: [2], dtype: 'float32' }, () => Float32Array.of(value, -value))
      }) as [Parameter, Parameter]
      const model = { namedParameters: () => Object.entries({ a, b }) }
      const optimizer = new AdamW(model, { learningRate: 0.1 })
      const step = build(() => optimizer.step(new Map(Object.entries({ a: b.value, b: a.value }))))
      for (let i = 0; i < 3; i++) step()
      return [...a.value.dataSync(), ...b.value.dataSync()]
    }
    expect(run(compile)).toEqual(run(((fn: unknown) => fn) as typeof compile))
  })

  it('numbers that repeat are compared to the end, though there are as many bytes of bools', () => {
    setBackend(backend)
    const fn = (x: Tensor) => greater(exp(max(x, { axes: [0] })), x)
    const x = randn([4, 8], { seed: 1 }) as Tensor
    expect([...compile(fn)(x).dataSync()]).toEqual([...fn(x).dataSync()])
  })

  it('is traced anew for other numbers, other modes and other trainable parameters', () => {
    setBackend(backend)
    class Net extends Module {
      readonly layer = new Linear(2, 2)
      override forward(x: Tensor): Tensor {
        return this.training ? this.layer.forward(x) : x
      }
    }
    const net = new Net()
    seedParameters(net, 1)
    const scaled = compile((x: Tensor, by: number) => mul(net.forward(x), by), net)
    const x = randn([1, 2], { seed: 1 }) as Tensor
    const values = (t: Tensor) => [...t.dataSync()]
    expect(values(scaled(x, 2))).not.toEqual(values(scaled(x, 3)))
    net.eval()
    expect(values(scaled(x, 1))).toEqual(values(x))
    net.train()
    net.layer.weight.trainable = false
    scaled(x, 2)
    expect(scaled.programs.length).toBe(4)
  })

  it('inside a gradient is the function itself', () => {
    setBackend(backend)
    const square = compile((x: Tensor) => sum(mul(x, x)))
    const weight = new Parameter({ shape: [2], dtype: 'float32' }, () => Float32Array.of(3, 4))
    const named = { namedParameters: () => [['weight', weight] as const] }
    const { grads } = valueAndGrad(() => square(weight.value), named)()
    expect([...grads.get('weight')!.dataSync()]).toEqual([6, 8])
  })

  it('refuses what the ops refuse, and leaves the parameters as they were', () => {
    setBackend(backend)
    const model = tinyLlama()
    const optimizer = new SGD(model, { learningRate: 0.1 })
    const step = compile(
      (inputIds: Tensor) => {
        const { grads } = valueAndGrad(() => model.forward({ inputIds, labels: inputIds }).loss!, model)()
        optimizer.step(grads)
      },
      model,
      optimizer,
    )
    const ids = (id: number) => tensor(Int32Array.of(3, 4, id, 5), { shape: [1, 4] }) as Tensor
    step(ids(6))
    const before = bytesOf(model)
    expect(() => step(ids(10_000))).toThrow(IndexError)
    expect(bytesOf(model)).toEqual(before)
    step(ids(6))
    expect(bytesOf(model)).not.toEqual(before)
    expect(getBackend()).toBe(backend)
  })
})

/** A fingerprint of each tensor of the state, by name. */
function bytesOf(...owners: readonly { stateDict(): Map<string, Tensor> }[]): Map<string, string> {
  const digest = (t: Tensor) => createHash('sha1').update(Buffer.from(t.dataSync().buffer)).digest('hex')
  return new Map(
    owners.flatMap((owner) => [...owner.stateDict()].map(([name, t]) => [name, digest(t)] as const)),
  )
}

/** The numbers of every tensor in arrays, plain objects and maps. */
function numbers(tree: unknown): unknown {
  if (tree instanceof Map) return new Map([...tree].map(([key, value]) => [key, numbers(value)]))
  if (Array.isArray(tree)) return tree.map(numbers)
  if (typeof (tree as Tensor).dataSync === 'function') return Array.from((tree as Tensor).dataSync())
  return Object.fromEntries(Object.entries(tree as object).map(([key, value]) => [key, numbers(value)]))
}
