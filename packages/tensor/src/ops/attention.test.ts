import { describe, expect, it } from 'vitest'
import { randn, tensor, zeros } from '../create.js'
import { attention, attentionOp } from './attention.js'
import { attentionBackwardOp } from './attention-backward.js'

const seeded = (seed: number, shape: readonly number[]) => randn(shape, { seed, dtype: 'float64' })

/** One head by the definition: softmax of q · k + added, times v. */
function byDefinition(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  features: number,
  added: (t: number, s: number) => number,
): number[] {
  const output: number[] = []
  for (let t = 0; t < q.length / features; t++) {
    const scores = Array.from({ length: k.length / features }, (_, s) => {
      let dot = 0
      for (let i = 0; i < features; i++) dot += q[t * features + i]! * k[s * features + i]!
      return dot / Math.sqrt(features) + added(t, s)
    })
    const largest = Math.max(...scores)
    const exponentials = scores.map((score) => Math.exp(score - largest))
    const total = exponentials.reduce((sum, value) => sum + value, 0)
    for (let i = 0; i < features; i++) {
      output.push(exponentials.reduce((sum, value, s) => sum + (value / total) * v[s * features + i]!, 0))
    }
  }
  return output
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits: number): void {
  expect(actual.length).toBe(expected.length)
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, digits)
  })
}

describe('attention', () => {
  it('lets a query see the keys up to its own place when it is causal, counted from the last key', () => {
    const [q, k, v] = [seeded(1, [1, 1, 2, 4]), seeded(2, [1, 1, 5, 4]), seeded(3, [1, 1, 5, 4])]
    const expected = byDefinition(q.dataSync(), k.dataSync(), v.dataSync(), 4, (t, s) =>
      s > t + 3 ? -Infinity : 0,
    )
    expectClose(attention(q, k, v, { causal: true }).dataSync(), expected, 12)
  })

  it('masks a key as if -1e9 were added, also where that leaves no key', () => {
    const [q, k, v] = [seeded(1, [1, 1, 4, 2]), seeded(2, [1, 1, 4, 2]), seeded(3, [1, 1, 4, 2])]
    for (const keep of [
      [1, 1, 0, 0],
      [0, 0, 1, 1],
      [0, 0, 0, 0],
    ]) {
      for (const causal of [false, true]) {
        const expected = byDefinition(
          q.dataSync(),
          k.dataSync(),
          v.dataSync(),
          2,
          (t, s) => (keep[s] === 0 ? -1e9 : 0) + (causal && s > t ? -Infinity : 0),
        )
        const keyMask = tensor([keep], { dtype: 'int32' })
        // -1e9 costs the definition its last digits.
        expectClose(attention(q, k, v, { causal, keyMask }).dataSync(), expected, 6)
      }
    }
  })

  it('gives query head a the key head ⌊a / group⌋', () => {
    const [q, k, v] = [seeded(1, [1, 4, 3, 2]), seeded(2, [1, 2, 3, 2]), seeded(3, [1, 2, 3, 2])]
    const output = attention(q, k, v).dataSync()
    for (let head = 0; head < 4; head++) {
      const own = head * 6
      const shared = Math.floor(head / 2) * 6
      const expected = byDefinition(
        q.dataSync().subarray(own, own + 6),
        k.dataSync().subarray(shared, shared + 6),
        v.dataSync().subarray(shared, shared + 6),
        2,
        () => 0,
      )
      expectClose(output.subarray(own, own + 6), expected, 12)
    }
  })

  it('does not overflow for large scores', () => {
    const q = tensor([1e3, -1e3], { shape: [1, 1, 2, 1] })
    const v = tensor([1, 2], { shape: [1, 1, 2, 1] })
    expect([...attention(q, q, v).dataSync()]).toEqual([1, 2])
  })

  it('counts the pairs that causal attention computes, and no others', () => {
    const query = zeros([2, 4, 3, 8])
    const key = zeros([2, 2, 5, 8])
    const inputs = { query, key, value: key }
    const results = { output: query, logSumExp: zeros([2, 4, 3]) }
    const flops = (causal: boolean) => attentionOp.cost(inputs, { causal, scale: 1 }, results).flops
    expect(flops(false)).toBe(2 * 4 * (3 * 5) * (4 * 8 + 6))
    expect(flops(true)).toBe(2 * 4 * (3 + 4 + 5) * (4 * 8 + 6))
    const backward = { ...inputs, ...results, grad: query }
    expect(attentionBackwardOp.cost(backward, { causal: true, scale: 1 }, inputs).flops).toBe(
      2 * 4 * ((3 + 4 + 5) * (10 * 8 + 6) + 3 * 2 * 8),
    )
  })

  it('says which sizes do not fit', () => {
    const query = zeros([2, 4, 3, 8])
    expect(() => attention(query, zeros([2, 3, 5, 8]), zeros([2, 3, 5, 8]))).toThrow(
      'attention: query [2, 4, 3, 8], key [2, 3, 5, 8]: 4 query heads are no multiple of 3 key heads',
    )
    expect(() => attention(query, zeros([2, 4, 2, 8]), zeros([2, 4, 2, 8]), { causal: true })).toThrow(
      'attention: query [2, 4, 3, 8], key [2, 4, 2, 8]: causal attention needs a key for each of 3 queries, got 2',
    )
    const keyMask = zeros([2, 3], { dtype: 'int32' })
    expect(() => attention(query, zeros([2, 4, 5, 8]), zeros([2, 4, 5, 8]), { keyMask })).toThrow(
      'attention: keyMask has shape [2, 3]; key [2, 4, 5, 8] needs [2, 5]',
    )
  })
})
