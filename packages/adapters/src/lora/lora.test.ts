import { ones, randn, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { lora } from './lora.js'

const site = { path: 'query', target: 'query', inFeatures: 6, outFeatures: 4 }
const parameters = { a: ones([2, 6]) as Tensor, b: ones([4, 2]) as Tensor }

describe('lora', () => {
  it('scales B A by alpha / r, or by alpha / √r', () => {
    const entries = (useRslora: boolean) => [
      ...lora({ r: 2, alpha: 3, useRslora, targets: [] }).deltaWeight(site, parameters).dataSync(),
    ]
    // With A and B of ones every entry of B A is r.
    for (const value of entries(false)) expect(value).toBeCloseTo(3, 6)
    for (const value of entries(true)) expect(value).toBeCloseTo(3 * Math.SQRT2, 6)
  })

  it('begins with B = 0 and A within 1 / √in', () => {
    const { a, b } = lora({ r: 2, targets: [] }).parameters(site)
    expect([a!.shape, b!.shape]).toEqual([
      [2, 6],
      [4, 2],
    ])
    expect([...b!.initializer({ shape: [4, 2], dtype: 'float32' }, noStream)]).toEqual(Array(8).fill(0))
  })

  it('takes inputs with any number of axes', () => {
    const x = randn([2, 3, 6], { seed: 1 }) as Tensor
    expect(lora({ r: 2, targets: [] }).delta(site, parameters, x).shape).toEqual([2, 3, 4])
  })

  it('is labelled as the command line takes it', () => {
    expect(lora({ targets: [] }).label).toBe('lora:r=8')
    expect(lora({ r: 4, alpha: 16, useRslora: true, targets: [] }).label).toBe(
      'lora:r=4:alpha=16:rslora=true',
    )
  })
})

function noStream(): never {
  throw new Error('zeros need no random numbers')
}
