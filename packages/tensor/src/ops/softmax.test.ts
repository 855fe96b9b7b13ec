import { describe, expect, it } from 'vitest'
import { randn, tensor } from '../create.js'
import { logSoftmax } from './log-softmax.js'
import { softmax } from './softmax.js'

describe('softmax and logSoftmax', () => {
  it('do not overflow for large numbers, and give an excluded one no weight', () => {
    const x = tensor([[1000, 1001, -Infinity]])
    const [first, second, third] = softmax(x).dataSync()
    expect(first).toBeCloseTo(1 / (1 + Math.E), 6)
    expect(second).toBeCloseTo(Math.E / (1 + Math.E), 6)
    expect(third).toBe(0)
    expect(logSoftmax(x).dataSync()[2]).toBe(-Infinity)
  })

  it('sum to one along the axis that they are told', () => {
    const x = randn([2, 3, 4], { seed: 1, dtype: 'float64' })
    const y = softmax(x, { axis: 1 }).dataSync()
    const logs = logSoftmax(x, { axis: 1 }).dataSync()
    for (const start of [0, 3, 12, 15]) {
      expect(y[start]! + y[start + 4]! + y[start + 8]!).toBeCloseTo(1, 12)
      expect(Math.exp(logs[start]!)).toBeCloseTo(y[start]!, 12)
    }
  })

  it('names an axis that does not exist', () => {
    expect(() => softmax(tensor([1, 2]), { axis: 1 })).toThrow('softmax: axis 1 does not exist')
  })
})
