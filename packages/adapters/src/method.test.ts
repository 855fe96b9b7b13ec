import { constant } from '@gyre/nn'
import { mul, ones, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { AdapterError } from './errors.js'
import { configure, defineMethod, type MethodDefinition } from './method.js'
import { integerOption, numberOption } from './option-syntax.js'

interface ScaleConfig {
  readonly groups: number
  readonly strength: number
}

/** ΔW = strength · diag(s), for square layers. */
const definition: MethodDefinition<ScaleConfig, 's'> = {
  name: 'scale',
  peftType: 'SCALE',
  paper: { title: 'none', source: 'none', differences: 'none' },
  options: {
    groups: integerOption({ doc: 'groups', alias: 'g', default: 1, minimum: 1 }),
    strength: numberOption({ doc: 'strength', default: 2 }),
  },
  check: (_config, { path, inFeatures, outFeatures }) => {
    if (inFeatures !== outFeatures) throw new AdapterError(`${path}: not square`)
  },
  parameters: (_config, { outFeatures }) => ({
    s: { key: 's', shape: [outFeatures], initializer: constant(0) },
  }),
  delta: ({ strength }, _site, { s }, x) => mul(mul(x, s), strength),
  deltaWeight: ({ strength }, _site, { s }) => mul(s, strength),
  learningRateScale: ({ groups }) => 1 / groups,
  parameterCount: (_config, { outFeatures }) => outFeatures,
  flops: (_config, { outFeatures }, tokens) => 2 * tokens * outFeatures,
  fresh: 'changes nothing',
  toPeft: ({ groups }) => ({ groups }),
  fromPeft: () => ({}),
}
const scale = defineMethod<ScaleConfig, 's'>()(definition)
const site = { path: 'query', target: 'query', inFeatures: 3, outFeatures: 3 }

describe('a method', () => {
  it('fills its configuration with defaults and hands it to every part', () => {
    const method = scale({ groups: 4, targets: ['query'] })
    const x = ones([2, 3]) as Tensor
    expect([...method.delta(site, { s: ones([3]) as Tensor }, x).dataSync()]).toEqual([2, 2, 2, 2, 2, 2])
    expect(method.learningRateScale(site)).toBe(1 / 4)
    expect(method.toPeft([])).toEqual({ groups: 4 })
    expect(method.targets).toEqual({ targets: ['query'], modulesToSave: [], biases: 'none' })
    expect(() => method.check({ ...site, inFeatures: 4 })).toThrow('query: not square')
  })

  it('is labelled by its first option and by those that are not as by default', () => {
    expect(scale({ targets: [] }).label).toBe('scale:g=1')
    expect(scale({ groups: 2, strength: 2, targets: [] }).label).toBe('scale:g=2')
    expect(scale({ strength: 3, targets: [] }).label).toBe('scale:g=1:strength=3')
  })

  it('is the same from a configuration that is not known in types', () => {
    const config: object = { groups: 2 }
    expect(configure(scale, { ...config, targets: [] }).label).toBe('scale:g=2')
  })

  it('does not compile without one of its parts, or with an option that it has not', () => {
    const { flops: _, ...incomplete } = definition
    // @ts-expect-error Property 'flops' is missing
    const method: MethodDefinition<ScaleConfig, 's'> = incomplete
    expect(method.flops).toBeUndefined()
    const { strength: __, ...options } = definition.options
    // @ts-expect-error Property 'strength' is missing
    const partial: MethodDefinition<ScaleConfig, 's'> = { ...definition, options }
    expect(Object.keys(partial.options)).toEqual(['groups'])
    // @ts-expect-error 'rank' does not exist in the configuration
    expect(scale({ rank: 2, targets: [] }).label).toBe('scale:g=1')
  })
})
