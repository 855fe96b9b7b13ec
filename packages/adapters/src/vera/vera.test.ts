import { describe, expect, it } from 'vitest'
import { vera } from './vera.js'

const site = (path: string, inFeatures: number, outFeatures: number) => ({
  ...{ path, target: path, inFeatures, outFeatures },
})
const config = { r: 3, projectionPrngKey: 5, dInitial: 0.25, targets: ['query'] }

describe('vera', () => {
  it('shares two frozen matrices with the largest sides of its layers', () => {
    const shared = vera(config).sharedParameters([site('down', 9, 4), site('up', 4, 8)])
    expect(Object.values(shared).map(({ key, shape, trainable }) => ({ key, shape, trainable }))).toEqual([
      { key: 'base_model.vera_A', shape: [3, 9], trainable: false },
      { key: 'base_model.vera_B', shape: [8, 3], trainable: false },
    ])
  })

  it('writes the fields that PEFT reads, and reads them', () => {
    const fields = vera(config).toPeft([{ ...site('query', 4, 4), weightIsTransposed: true }])
    expect(fields).toEqual({
      d_initial: 0.25,
      fan_in_fan_out: true,
      projection_prng_key: 5,
      r: 3,
      save_projection: true,
      vera_dropout: 0,
    })
    expect(vera.fromPeft(fields, [])).toEqual({ r: 3, projectionPrngKey: 5, dInitial: 0.25 })
  })

  it.each([
    [{ r: 0 }, 'r should be a positive integer, not 0'],
    [{ projection_prng_key: null }, 'projection_prng_key should be an integer ≥ 0, not null'],
    [{ d_initial: '1' }, 'd_initial should be a number, not "1"'],
  ])('refuses %j', (change, message) => {
    const fields = { ...vera(config).toPeft([]), ...change }
    expect(() => vera.fromPeft(fields, [])).toThrow(`adapter_config.json: ${message}`)
  })
})
