import { describe, expect, it } from 'vitest'
import { randn, tensor, zeros } from '../create.js'
import { dispatch } from '../interpreter.js'
import { rotaryEmbedding, rotaryEmbeddingOp } from './rotary-embedding.js'

describe('rotaryEmbedding', () => {
  it('rotates the pair (i, i + D/2) by the angle of the position', () => {
    const angles = [0.3, 1.1, 0.3, 1.1]
    const cos = tensor([angles.map(Math.cos)], { dtype: 'float64' })
    const sin = tensor([angles.map(Math.sin)], { dtype: 'float64' })
    const x = tensor([1, 0, 0, 2], { shape: [1, 1, 1, 4], dtype: 'float64' })
    const expected = [Math.cos(0.3), -2 * Math.sin(1.1), Math.sin(0.3), 2 * Math.cos(1.1)]
    rotaryEmbedding(x, cos, sin)
      .dataSync()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 12)
      })
  })

  it('is undone by its transpose', () => {
    const angles = randn([5, 3], { seed: 1, dtype: 'float64' }).dataSync()
    const table = (f: (angle: number) => number) =>
      tensor(
        Float64Array.from({ length: 30 }, (_, i) => f(angles[Math.floor(i / 6) * 3 + (i % 3)]!)),
        { shape: [5, 6], dtype: 'float64' },
      )
    const tables = { cos: table(Math.cos), sin: table(Math.sin) }
    const x = randn([2, 2, 5, 6], { seed: 2, dtype: 'float64' })
    const there = rotaryEmbedding(x, tables.cos, tables.sin)
    const back = dispatch(rotaryEmbeddingOp, { x: there, ...tables }, { transposed: true }).output.dataSync()
    const original = x.dataSync()
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(original[i]!, 12)
    })
  })

  it('says which tables it needs', () => {
    expect(() => rotaryEmbedding(zeros([2, 1, 3, 4]), zeros([2, 4]), zeros([3, 4]))).toThrow(
      'rotaryEmbedding: cos has shape [2, 4]; x [2, 1, 3, 4] needs [3, 4] or [2, 3, 4]',
    )
  })
})
