import { describe, expect, it } from 'vitest'
import { ones, randn, tensor } from '../create.js'
import { OptionError } from '../errors.js'
import { Rng } from '../rng.js'
import { dropout } from './dropout.js'

const seedOf = (rng: Rng) => tensor(Float64Array.from(rng.key), { dtype: 'int32' })

describe('dropout', () => {
  it('keeps an element exactly where the uniform number of its place reaches the probability', () => {
    // Words above 2^31, which are negative as int32.
    const rng = new Rng({ key: [0xdeadbeef, 0xfffffffb] })
    const kept = dropout(ones([3, 5]), seedOf(rng), { probability: 0.4 }).dataSync()
    const uniforms = rng.uniforms(15)
    kept.forEach((value, i) => {
      expect(value).toBe(uniforms[i]! >= 0.4 ? Math.fround(1 / 0.6) : 0)
    })
  })

  it('drops about the share that it is told, and keeps the mean', () => {
    const values = dropout(ones([20_000]), seedOf(new Rng(7)), { probability: 0.25 }).dataSync()
    const dropped = values.filter((value) => value === 0).length / values.length
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.015)
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length - 1)).toBeLessThan(0.02)
  })

  it('drops other elements under another seed', () => {
    const x = ones([64])
    const first = dropout(x, seedOf(new Rng(1)), { probability: 0.5 }).dataSync()
    const second = dropout(x, seedOf(new Rng(2)), { probability: 0.5 }).dataSync()
    expect(first).not.toEqual(second)
  })

  it('gives x itself back at probability 0', () => {
    const x = randn([3], { seed: 1 })
    expect(dropout(x, seedOf(new Rng(1)), { probability: 0 })).toBe(x)
  })

  it.each([1, -0.1, Number.NaN])('refuses the probability %d', (probability) => {
    expect(() => dropout(ones([2]), seedOf(new Rng(1)), { probability })).toThrow(
      new OptionError(`dropout: probability is ${probability}; expected at least 0 and below 1`),
    )
  })
})
