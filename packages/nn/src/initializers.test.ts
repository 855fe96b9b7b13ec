import { Parameter } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { constant, normal, seedParameters, uniform } from './initializers.js'
import { Linear } from './linear.js'
import { Module } from './module.js'

function moments(values: ArrayLike<number>): { mean: number; deviation: number } {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  return {
    mean,
    deviation: Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length),
  }
}

class Pair extends Module {
  readonly first = new Linear(8, 8)
  readonly second = new Linear(8, 8)
  override forward(): void {}
}

function drawn(module: Module): number[][] {
  return [...module.namedParameters()].map(([, parameter]) => [...parameter.value.dataSync()])
}

describe('initialisers', () => {
  const shape = [100, 200]

  it('draw normal numbers with the deviation asked for', () => {
    const parameter = new Parameter({ shape, dtype: 'float32' }, normal(0.02))
    seedParameters({ namedParameters: () => [['weight', parameter]] }, 1)
    const { mean, deviation } = moments(parameter.value.dataSync())
    // Five standard errors of each estimate from 20,000 numbers.
    expect(Math.abs(mean)).toBeLessThan((5 * 0.02) / Math.sqrt(20_000))
    expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(5 / Math.sqrt(40_000))
  })

  it('draw uniform numbers within the bound', () => {
    const parameter = new Parameter({ shape, dtype: 'float32' }, uniform(0.5))
    seedParameters({ namedParameters: () => [['weight', parameter]] }, 1)
    const values = parameter.value.dataSync()
    const { mean, deviation } = moments(values)
    expect(Math.max(...values)).toBeLessThan(0.5)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.5)
    expect(Math.abs(mean)).toBeLessThan(0.01)
    expect(Math.abs(deviation - 1 / Math.sqrt(12))).toBeLessThan(0.01)
  })

  it('fill with one number without a seed', () => {
    const parameter = new Parameter({ shape: [3], dtype: 'float32' }, constant(1))
    expect([...parameter.value.dataSync()]).toEqual([1, 1, 1])
  })

  it('need a seed where they draw', () => {
    const parameter = new Parameter({ shape: [3], dtype: 'float32' }, normal(1))
    expect(() => parameter.value.dataSync()).toThrow('seedParameters')
  })
})

describe('seedParameters', () => {
  it('gives the same numbers for the same seed and name, in whatever order they are read', () => {
    const [one, other] = [new Pair(), new Pair()]
    seedParameters(one, 7)
    seedParameters(other, 7)
    other.second.weight.value.dataSync()
    expect(drawn(one)).toEqual(drawn(other))
  })

  it('gives different numbers for another seed', () => {
    const [one, other] = [new Pair(), new Pair()]
    seedParameters(one, 7)
    seedParameters(other, 8)
    drawn(one).forEach((values, i) => {
      expect(values).not.toEqual(drawn(other)[i])
    })
  })

  it('gives different numbers to parameters of different names', () => {
    const pair = new Pair()
    seedParameters(pair, 7)
    expect(pair.first.weight.value.dataSync()).not.toEqual(pair.second.weight.value.dataSync())
  })
})
