import { randn, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { fourierft } from './fourierft.js'

const site = { path: 'layers.0.query', target: 'query', inFeatures: 4, outFeatures: 3 }
const other = { ...site, path: 'layers.0.value', target: 'value' }
const targets = ['query', 'value']

describe('fourierft', () => {
  it('changes the model from the beginning unless it begins with zeros', () => {
    expect(fourierft({ init: 'zeros', targets }).fresh).toBe('changes nothing')
    expect(fourierft({ targets }).fresh).toMatchObject({ changes: expect.stringContaining('normal') })
  })

  it('takes no more frequencies than a layer has', () => {
    expect(() => fourierft({ nFrequency: 12, targets }).check(site)).not.toThrow()
    expect(() => fourierft({ nFrequency: 13, targets }).check(site)).toThrow(
      'layers.0.query: nFrequency is 13; a layer [3, 4] has 12 frequencies',
    )
  })

  it('draws each frequency once', () => {
    const { indices } = fourierft({ nFrequency: 12, targets }).parameters(site)
    const drawn = indices!.initializer({ shape: [2, 12], dtype: 'int32' }, () => {
      throw new Error('the seed is in the configuration')
    })
    const entries = Array.from({ length: 12 }, (_, t) => 4 * drawn[t]! + drawn[12 + t]!)
    expect(entries.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i))
  })

  it('names a frequency that the layer does not have', () => {
    const indices = tensor(Int32Array.of(3, 0), { shape: [2, 1] }) as Tensor
    const spectrum = randn([1], { seed: 1 }) as Tensor
    expect(() => fourierft({ targets }).deltaWeight(site, { spectrum, indices }).dataSync()).toThrow(
      /3 .*0 to 2/,
    )
  })

  it('writes the fields that PEFT reads, and reads them', () => {
    const config = { nFrequency: { query: 5, value: 7 }, scaling: 20, randomLocSeed: 3 }
    const fields = fourierft({ ...config, targets }).toPeft([site, other])
    // As a file would hold it: without what is undefined.
    expect(JSON.parse(JSON.stringify(fields))).toEqual({
      fan_in_fan_out: false,
      init_weights: false,
      n_frequency: 5,
      n_frequency_pattern: { value: 7 },
      random_loc_seed: 3,
      scaling: 20,
    })
    expect(fourierft.fromPeft(fields, [site, other])).toEqual({
      ...config,
      init: 'normal',
      form: 'transform',
    })
  })

  it.each([
    [{ n_frequency: 1.5 }, 'n_frequency should be a positive integer, not 1.5'],
    [{ random_loc_seed: -1 }, 'random_loc_seed should be an integer ≥ 0, not -1'],
    [{ alpha: 0.01 }, 'alpha = 0.01 is not supported; expected null'],
    [{ ifft2_norm: 'ortho' }, 'ifft2_norm = "ortho" is not supported; expected "backward"'],
    [{ form: 'dense' }, 'form should be transform or sparse or spectral, not "dense"'],
  ])('refuses %j', (change, message) => {
    const fields = { ...fourierft({ targets }).toPeft([site]), ...change }
    expect(() => fourierft.fromPeft(fields, [site])).toThrow(`adapter_config.json: ${message}`)
  })
})
