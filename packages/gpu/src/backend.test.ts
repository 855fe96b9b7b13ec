import { valueAndGrad } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import { AdamW, Linear, Module, seedParameters } from '@gyre/nn'
import {
  add,
  BackendError,
  defineOp,
  dispatch,
  exp,
  full,
  gather,
  gelu,
  IndexError,
  jsBackend,
  mean,
  mul,
  notDifferentiable,
  Parameter,
  randn,
  scope,
  setBackend,
  sub,
  type Tensor,
  tensor,
  zeros,
} from '@gyre/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGpu } from '../../../test/find-gpu.js'

const { backend: found } = await findGpu()
const backend = found!

class TwoLayers extends Module {
  readonly first = new Linear(16, 32)
  readonly second = new Linear(32, 4)
  override forward(x: Tensor): Tensor {
    return this.second.forward(gelu(this.first.forward(x)))
  }
}

/** A training step, and how it is called: compiled or as it is. */
function trainingStep(how: typeof compile): (step: number) => Promise<number> {
  const model = new TwoLayers()
  seedParameters(model, 1)
  const parameters = new Map(model.namedParameters())
  const optimizer = new AdamW([{ name: 'all', parameters }], { learningRate: 0.01 })
  const update = how((x: Tensor, y: Tensor, learningRate: Tensor) => {
    const { value, grads } = valueAndGrad(() => {
      const difference = sub(model.forward(x), y)
      return mean(mul(difference, difference))
    }, model)()
    optimizer.step(grads, { learningRate })
    return value
  })
  return (step) =>
    update(randn([8, 16], { seed: step }), randn([8, 4], { seed: 1000 + step }), full([], 0.01)).item()
}

describe.skipIf(found === undefined)('the GPU', () => {
  beforeAll(() => setBackend(backend))
  afterAll(() => setBackend(jsBackend))

  it('runs a compiled training step as one submission and one wait, with the losses of js', async () => {
    setBackend(jsBackend)
    const expected: number[] = []
    const reference = trainingStep(compile)
    for (let step = 0; step < 4; step++) expected.push(await reference(step))

    setBackend(backend)
    const losses: number[] = []
    const train = trainingStep(compile)
    for (let step = 0; step < 4; step++) {
      const { submissions, waits } = backend.status
      losses.push(await train(step))
      expect([backend.status.submissions - submissions, backend.status.waits - waits]).toEqual([1, 1])
    }
    for (const [step, loss] of losses.entries())
      expect(Math.abs(loss / expected[step]! - 1)).toBeLessThan(1e-5)
  })

  it('needs no more memory and no more kernels after a hundred steps than after two', async () => {
    const train = trainingStep(compile)
    for (let step = 0; step < 2; step++) await train(step)
    const before = backend.status
    for (let step = 2; step < 100; step++) await train(step)
    const after = backend.status
    // Fewer, where what earlier tests left has been collected meanwhile.
    expect(after.liveBuffers).toBeLessThanOrEqual(before.liveBuffers)
    expect(after.liveBytes).toBeLessThanOrEqual(before.liveBytes)
    expect(after.pipelines).toBe(before.pipelines)
  })

  it('runs eager calls without waiting, and gives their memory back with their scope', async () => {
    const x = randn([64, 64], { seed: 1 })
    const { waits } = backend.status
    const before = add(x, 0) && backend.status.liveBytes
    const result = scope(() => {
      let y = x as Tensor
      for (let i = 0; i < 10; i++) y = mul(exp(y), 0.1)
      return y
    })
    expect(backend.status.waits).toBe(waits)
    expect(backend.status.liveBytes - before).toBeLessThanOrEqual(4 * 64 * 64 + 256)
    const numbers = await result.data()
    let expected = Number((await x.data())[7])
    for (let i = 0; i < 10; i++) expected = Math.exp(expected) * 0.1
    expect(numbers[7]).toBeCloseTo(expected, 5)
  })

  it('says that numbers cannot be had without waiting', () => {
    expect(() => add(zeros([2]), 1).dataSync()).toThrow(
      new BackendError('dataSync(): backend gpu cannot read without waiting; use await t.data()'),
    )
  })

  it('keeps the numbers that were read from a parameter when a program writes new ones', async () => {
    const parameter = new Parameter({ shape: [3], dtype: 'float32' }, () => Float32Array.of(1, 2, 3))
    const double = compile(() => parameter.assign(mul(parameter.value, 2)))
    const before = parameter.value
    double()
    double()
    expect([...(await before.data())]).toEqual([1, 2, 3])
    expect([...(await parameter.value.data())]).toEqual([4, 8, 12])
  })

  it('takes bools, whole numbers and complex numbers there and back', async () => {
    const bools = tensor(Uint8Array.of(1, 0, 1), { dtype: 'bool' })
    expect([...(await compile((x: Tensor) => x)(bools).data())]).toEqual([1, 0, 1])
    const complex = tensor(Float32Array.of(1, 2, 3, 4), { dtype: 'complex64', shape: [2] })
    expect([...(await add(complex, complex).data())]).toEqual([2, 4, 6, 8])
  })

  it('throws the error of a refused index where numbers are read, eager and compiled', async () => {
    const x = randn([4, 2], { seed: 1 })
    const indices = tensor(Int32Array.of(0, 9), { dtype: 'int32' })
    const sentence = /gather: .*9/
    const pick = (at: typeof indices) => gather(x, at)
    await expect(pick(indices).data()).rejects.toThrow(sentence)
    await expect(compile(pick)(indices).data()).rejects.toThrow(IndexError)
    // The next read is not the last one's.
    await expect(pick(tensor(Int32Array.of(1, 3), { dtype: 'int32' })).data()).resolves.toHaveLength(4)
  })

  it('runs an op of somebody else’s as its composition, eager and compiled', async () => {
    const square = defineOp<{ x: Tensor }>()({
      name: 'square',
      doc: { summary: 'Squares.' },
      shape: ({ x }) => ({ output: x }),
      reference: () => {},
      composition: ({ x }) => ({ output: mul(add(x, zeros([])), x) }),
      vjp: notDifferentiable('a test'),
      cost: () => ({ flops: 0 }),
      samples: () => [],
    })
    const run = (x: Tensor) => dispatch(square, { x }, {}).output
    const x = tensor([1, -2, 3])
    expect([...(await run(x).data())]).toEqual([1, 4, 9])
    expect([...(await compile(run)(x).data())]).toEqual([1, 4, 9])
    expect([...(await x.data())]).toEqual([1, -2, 3])
  })

  it('names an op and a dtype that it has nothing for', () => {
    expect(() => add(tensor(Float64Array.of(1)), 1)).toThrow('add: the backend gpu has no float64')
  })

  it('names a tensor that is larger than any buffer', () => {
    const most = backend.device.limits.maxStorageBufferBindingSize
    expect(() => add(zeros([most]), 1)).toThrow(
      `gpu: a tensor of shape [${most}] needs a buffer of ${4 * most} bytes; this device's largest has ${most}`,
    )
  })
})
