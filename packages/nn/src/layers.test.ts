import { valueAndGrad } from '@gyre/autograd'
import { add, matmul, mul, randn, softmax, sum, type Tensor, tensor, transpose } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { Conv1D } from './conv1d.js'
import type { Delta } from './delta.js'
import { Embedding } from './embedding.js'
import { seedParameters } from './initializers.js'
import { LayerNorm } from './layer-norm.js'
import { Linear } from './linear.js'
import { MultiHeadAttention } from './multi-head-attention.js'
import { RMSNorm } from './rms-norm.js'

const numbers = (x: Tensor): number[] => [...x.dataSync()]

function expectClose(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length)
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance)
  })
}

describe('Embedding', () => {
  const ids = tensor(
    [
      [0, 2],
      [1, 1],
    ],
    { dtype: 'int32' },
  ) as Tensor

  it('looks up rows', () => {
    const layer = new Embedding(3, 2)
    layer.weight.assign(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]) as Tensor,
    )
    const rows = layer.forward(ids)
    expect(rows.shape).toEqual([2, 2, 2])
    expect(numbers(rows)).toEqual([1, 2, 5, 6, 3, 4, 3, 4])
  })

  it('begins with a padding row of zeros, which gets no gradient', () => {
    const layer = new Embedding(3, 2, { paddingIndex: 1 })
    seedParameters(layer, 1)
    expect(numbers(layer.weight.value).slice(2, 4)).toEqual([0, 0])
    expect(numbers(layer.weight.value).filter((value) => value === 0)).toHaveLength(2)
    const { grads } = valueAndGrad(() => sum(layer.forward(ids)), layer)()
    expect(numbers(grads.get('weight')!)).toEqual([1, 1, 0, 0, 1, 1])
  })

  it('rejects a padding row that does not exist', () => {
    expect(() => new Embedding(3, 2, { paddingIndex: 3 })).toThrow(
      'Embedding: paddingIndex is 3; expected a row from 0 to 2',
    )
  })
})

describe('Conv1D', () => {
  const weight = [
    [1, 2, 3],
    [4, 5, 6],
  ]
  const rows = tensor([[[1, 0]], [[0, 2]]]) as Tensor // [2, 1, 2]

  it('multiplies by its weight [in, out] and adds its bias', () => {
    const layer = new Conv1D(2, 3)
    layer.weight.assign(tensor(weight) as Tensor)
    layer.bias.assign(tensor([10, 20, 30]) as Tensor)
    expect(layer.forward(rows).shape).toEqual([2, 1, 3])
    expect(numbers(layer.forward(rows))).toEqual([11, 22, 33, 18, 30, 42])
  })

  it('has the gradients of the linear layer with the transposed weight', () => {
    const conv = new Conv1D(2, 3)
    const linear = new Linear(2, 3)
    seedParameters(conv, 1)
    linear.weight.assign(conv.toWeightLayout(conv.weight.value))
    linear.bias!.assign(conv.bias.value)
    const gradsOf = (layer: Conv1D | Linear) =>
      valueAndGrad(() => sum(mul(layer.forward(rows), layer.forward(rows))), layer)().grads
    const [actual, expected] = [gradsOf(conv), gradsOf(linear)]
    expectClose(numbers(actual.get('bias')!), numbers(expected.get('bias')!))
    expectClose(numbers(actual.get('weight')!), numbers(transpose(expected.get('weight')!)))
  })

  it('adds what its deltas make of its input, and lays their matrices out as its weight', () => {
    const layer = new Conv1D(2, 3)
    seedParameters(layer, 1)
    const before = numbers(layer.forward(rows))
    const matrix = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]) as Tensor // [out, in]
    const delta: Delta = {
      name: 'test',
      active: true,
      delta: (x) => matmul(x, matrix, { transposeB: true }) as Tensor,
      deltaWeight: () => matrix,
      namedParameters: () => [],
    }
    layer.deltas.push(delta)
    const sums = numbers(layer.forward(rows))
    expectClose(
      sums,
      before.map((value, i) => value + [1, 3, 5, 4, 8, 12][i]!),
    )
    layer.deltas.pop()
    layer.weight.assign(add(layer.weight.value, layer.toWeightLayout(matrix)))
    expectClose(numbers(layer.forward(rows)), sums)
  })
})

describe('LayerNorm', () => {
  it('gives rows of mean 0 and variance 1, with its weight and bias', () => {
    const layer = new LayerNorm(4)
    const x = tensor([[1, 2, 3, 4]]) as Tensor
    const unit = [1, 2, 3, 4].map((value) => (value - 2.5) / Math.sqrt(1.25 + 1e-5))
    expectClose(numbers(layer.forward(x)), unit)
    layer.weight.assign(tensor([1, 2, 3, 4]) as Tensor)
    layer.bias.assign(tensor([5, 6, 7, 8]) as Tensor)
    expectClose(
      numbers(layer.forward(x)),
      unit.map((value, i) => value * (i + 1) + 5 + i),
    )
  })

  it('uses its epsilon', () => {
    const x = tensor([[1, 3]]) as Tensor
    expectClose(numbers(new LayerNorm(2, { epsilon: 3 }).forward(x)), [-0.5, 0.5])
  })
})

describe('RMSNorm', () => {
  it('divides by the root mean square, with its weight and epsilon', () => {
    const layer = new RMSNorm(2, { epsilon: 3 })
    layer.weight.assign(tensor([1, 2]) as Tensor)
    expectClose(numbers(layer.forward(tensor([[1, 5]]) as Tensor)), [0.25, 2.5])
  })
})

describe('MultiHeadAttention', () => {
  const x = randn([2, 4, 6], { seed: 1 }) as Tensor
  const seeded = (heads: number, causal = false): MultiHeadAttention => {
    const layer = new MultiHeadAttention(6, heads, { causal })
    seedParameters(layer, 2)
    return layer
  }
  const row = (y: Tensor, index: number): number[] => numbers(y).slice(6 * index, 6 * index + 6)

  it('with one head is softmax(q kᵀ / √E) v, projected', () => {
    const layer = seeded(1)
    const [q, k, v] = [layer.q_proj, layer.k_proj, layer.v_proj].map((projection) => projection.forward(x))
    const scores = mul(matmul(q!, k!, { transposeB: true }), 1 / Math.sqrt(6))
    const expected = layer.out_proj.forward(matmul(softmax(scores), v!) as Tensor)
    expectClose(numbers(layer.forward(x)), numbers(expected), 1e-6)
  })

  it('gives each head its own features', () => {
    const layer = seeded(2)
    const unit = tensor(
      Float32Array.from({ length: 36 }, (_, i) => Number(i % 7 === 0)),
      { shape: [6, 6] },
    )
    layer.out_proj.weight.assign(unit as Tensor)
    const before = row(layer.forward(x), 0)
    const weight = layer.q_proj.weight.value.dataSync()
    // The second head has the last three rows of the query's projection.
    layer.q_proj.weight.assign(tensor(weight.fill(0, 18), { shape: [6, 6] }) as Tensor)
    const after = row(layer.forward(x), 0)
    expect(after.map((value, i) => value === before[i])).toEqual([true, true, true, false, false, false])
  })

  it('when causal does not look ahead', () => {
    const layer = seeded(2, true)
    const changed = x.dataSync()
    changed.fill(9, 18, 24)
    const [before, after] = [layer.forward(x), layer.forward(tensor(changed, { shape: [2, 4, 6] }) as Tensor)]
    for (const time of [0, 1, 2]) expect(row(after, time)).toEqual(row(before, time))
    expect(row(after, 3)).not.toEqual(row(before, 3))
  })

  it('does not see masked positions', () => {
    const layer = seeded(2)
    const keyMask = tensor(
      [
        [1, 1, 1, 0],
        [1, 1, 1, 1],
      ],
      { dtype: 'int32' },
    ) as Tensor
    const changed = x.dataSync()
    changed.fill(9, 18, 24)
    const other = tensor(changed, { shape: [2, 4, 6] }) as Tensor
    expectClose(row(layer.forward(other, { keyMask }), 0), row(layer.forward(x, { keyMask }), 0))
    expect(row(layer.forward(other), 0)).not.toEqual(row(layer.forward(x), 0))
  })

  it('names its projections as checkpoints do', () => {
    expect(
      [...new MultiHeadAttention(4, 2, { bias: false }).namedParameters()].map(([name]) => name),
    ).toEqual(['q_proj.weight', 'k_proj.weight', 'v_proj.weight', 'out_proj.weight'])
  })

  it('rejects heads that do not divide the features', () => {
    expect(() => new MultiHeadAttention(6, 4)).toThrow(
      'MultiHeadAttention: heads is 4; expected a divisor of the 6 features',
    )
  })
})
