import { inject, merge } from '@gyre/adapters'
import { Linear, Module, seedParameters } from '@gyre/nn'
import { randn, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { fromDense, toDense } from '../block-circulant-algebra.js'
import { bca } from './bca.js'

class Layers extends Module {
  readonly square = new Linear(8, 8)
  readonly wide = new Linear(12, 8)

  override forward(x: Tensor): Tensor {
    return this.square.forward(x)
  }
}

describe('bca', () => {
  it('keeps one number for each block and diagonal', () => {
    const adapter = inject(new Layers(), bca({ blockSize: 4, targets: ['square', 'wide'] }))
    expect([...adapter.namedParameters()].map(([key, { shape }]) => [key, shape])).toEqual([
      ['base_model.model.square.bca_kernel', [2, 2, 4]],
      ['base_model.model.wide.bca_kernel', [2, 3, 4]],
    ])
  })

  it('learns at the learning rate divided by the block size of the site, unless told otherwise', () => {
    const sizes = { square: 8, wide: 2 }
    const scales = (scaleLearningRate: boolean | undefined) =>
      inject(new Layers(), bca({ blockSize: sizes, scaleLearningRate, targets: ['square', 'wide'] }))
        .parameterGroups()
        .map(({ learningRateScale, parameters }) => [learningRateScale, parameters.length])
    expect(scales(undefined)).toEqual([
      [1 / 8, 1],
      [1 / 2, 1],
    ])
    expect(scales(false)).toEqual([[1, 2]])
  })

  it('grows by a second adapter of another block size, since half a circulant block is none', () => {
    const model = new Layers()
    seedParameters(model, 1)
    const x = randn([3, 8], { seed: 2 }) as Tensor
    const output = (): number[] => Array.from(model.forward(x).dataSync(), Number)
    const add = (name: string, blockSize: number) => {
      const adapter = inject(model, bca({ blockSize, targets: ['square'] }), { name })
      return { adapter, kernel: [...adapter.namedParameters()][0]![1] }
    }
    const first = add('first', 8)
    first.kernel.assign(randn(first.kernel.shape, { seed: 3 }))
    // Smaller blocks cannot take over what was learnt: nothing of size 4 is near it.
    const learnt = toDense(first.kernel.value)
    const kept = Array.from(toDense(fromDense(learnt, 4)).dataSync(), Number)
    const lost = Array.from(learnt.dataSync(), (value, i) => Math.abs(Number(value) - kept[i]!))
    expect(Math.max(...lost)).toBeGreaterThan(0.5)

    const before = output()
    const second = add('second', 4)
    expect(output()).toEqual(before)
    second.kernel.assign(randn(second.kernel.shape, { seed: 4 }))
    const together = output()
    expect(together).not.toEqual(before)
    for (const { adapter } of [first, second]) merge(adapter)
    for (const [i, value] of output().entries()) expect(value).toBeCloseTo(together[i]!, 4)
  })

  it('injects nothing when one of the sites cannot take the block size', () => {
    const model = new Layers()
    expect(() => inject(model, bca({ blockSize: 8, targets: ['square', 'wide'] }))).toThrow(
      'wide: block size 8 does not divide both sides of [8, 12]; their common divisors are 1, 2, 4',
    )
    expect(model.square.deltas).toEqual([])
    expect(model.countParameters({ trainableOnly: true })).toBe(model.countParameters())
  })

  it('writes its configuration for adapter_config.json and reads it back', () => {
    for (const blockSize of [16, 'max:32', { q_proj: 16, up_proj: 4 }] as const) {
      const fields = bca({ blockSize, scaleLearningRate: false, targets: [] }).toPeft([])
      expect(fields).toEqual({ block_size: blockSize, scale_learning_rate: false })
      expect(bca.fromPeft(fields, [])).toEqual({ blockSize, scaleLearningRate: false })
    }
    expect(bca.fromPeft({ block_size: 16 }, [])).toEqual({ blockSize: 16, scaleLearningRate: true })
  })

  it.each([undefined, null, 0, 2.5, '16', 'max:', [4], { query: '4' }])(
    'rejects block_size %j in a file',
    (size) => {
      expect(() => bca.fromPeft({ block_size: size }, [])).toThrow(
        `block_size should be a number, max:n or a number by target, not ${JSON.stringify(size)}`,
      )
    },
  )
})
