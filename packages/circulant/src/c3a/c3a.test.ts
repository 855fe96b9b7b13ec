import { inject } from '@gyre/adapters'
import { Linear, Module } from '@gyre/nn'
import { type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { type C3aInit, c3a } from './c3a.js'

class Layers extends Module {
  readonly square = new Linear(8, 8)
  readonly wide = new Linear(12, 8)

  override forward(x: Tensor): Tensor {
    return this.square.forward(x)
  }
}

const sitesOf = (method: ReturnType<typeof c3a>) => inject(new Layers(), method).sites.map(({ site }) => site)
const both = ['square', 'wide']

describe('c3a', () => {
  it('gives each block by its first row, and divides by the inputs of the layer', () => {
    const site = { path: 'wide', target: 'wide', inFeatures: 3, outFeatures: 3 }
    const kernel = tensor([[[3, 6, 9]]]) as Tensor
    const method = c3a({ blockSize: 3, targets: [] })
    const matrix = method.deltaWeight(site, { kernel }).dataSync()
    expect([...matrix].map((value) => Number(value.toFixed(5)))).toEqual([1, 2, 3, 3, 1, 2, 2, 3, 1])
  })

  it.each<[C3aInit, number, number]>([
    ['xavier-uniform', 0, Math.sqrt(6 / 16)],
    ['kaiming-uniform', 0, Math.sqrt(1 / 8)],
    ['gaussian', 1, 6],
    ['zeros', 0, 0],
  ])('begins with %s', (init, least, most) => {
    const adapter = inject(new Layers(), c3a({ blockSize: 1, init, targets: ['square'] }))
    const kernel = adapter.sites[0]!.parameters.byName.get('kernel')!.value.dataSync() as Float32Array
    const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(largest).toBeGreaterThanOrEqual(least)
    // 64 numbers come close to the bound.
    expect(largest).toBeGreaterThanOrEqual(0.8 * (init === 'gaussian' ? 1 : most))
    expect(largest).toBeLessThanOrEqual(most)
    expect(c3a({ init, targets: [] }).fresh === 'changes nothing').toBe(init === 'zeros')
  })

  it("writes PEFT's fields, block sizes by layer as a pattern, and reads them back", () => {
    const same = c3a({ blockSize: 4, init: 'zeros', targets: both })
    expect(same.toPeft(sitesOf(same))).toEqual({ block_size: 4, block_size_pattern: {}, init_weights: true })
    const different = c3a({ blockSize: 'max:64', targets: both })
    const fields = different.toPeft(sitesOf(different))
    expect(fields).toEqual({
      block_size: 8,
      block_size_pattern: { wide: 4 },
      init_weights: 'xavier_uniform',
    })
    expect(c3a.fromPeft(fields, sitesOf(different))).toEqual({
      blockSize: { square: 8, wide: 4 },
      init: 'xavier-uniform',
    })
    expect(c3a.fromPeft({ block_size: 4, init_weights: false }, sitesOf(same)).init).toBe('xavier-uniform')
  })

  it('says what is wrong with fields and sizes', () => {
    expect(() => c3a.fromPeft({}, [])).toThrow('block_size should be a positive integer, not undefined')
    expect(() => c3a.fromPeft({ block_size: 4, init_weights: 'he' }, [])).toThrow(
      'init_weights should be "xavier_uniform", "kaiming_uniform", "gaussian", true or false, not "he"',
    )
    expect(() => inject(new Layers(), c3a({ blockSize: 8, targets: both }))).toThrow(
      'wide: block size 8 does not divide both sides of [8, 12]; their common divisors are 1, 2, 4',
    )
  })
})
