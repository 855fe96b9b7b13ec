import { Linear, Module, seedParameters } from '@gyre/nn'
import { ones, randn, type Tensor, zeros } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import type { Adapter } from './adapter.js'
import { eject, inject } from './inject.js'
import { lora } from './lora/lora.js'
import { merge, unmerge } from './merge.js'
import { vera } from './vera/vera.js'

class Classifier extends Module {
  readonly first = new Linear(4, 4)
  readonly second = new Linear(4, 4)
  readonly head = new Linear(4, 2)
  override forward(x: Tensor): Tensor {
    return this.head.forward(this.second.forward(this.first.forward(x)))
  }
}

function model(): Classifier {
  const fresh = new Classifier()
  seedParameters(fresh, 1)
  return fresh
}

const x = randn([3, 4], { seed: 2 }) as Tensor
const outputs = (module: Classifier): number[] => [...module.forward(x).dataSync()]
const onFirst = lora({ r: 2, targets: ['first'] })
const withHead = lora({ r: 2, targets: ['first'], modulesToSave: ['head'] })

function disturb(adapter: Adapter): void {
  for (const [, parameter] of adapter.namedParameters()) parameter.assign(ones(parameter.shape))
}

describe('inject', () => {
  it('changes no name and no parameter of the model', () => {
    const module = model()
    const before = [...module.namedParameters()]
    inject(module, onFirst)
    expect([...module.namedParameters()]).toEqual(before)
    expect(module.first.deltas).toHaveLength(1)
    expect(module.second.deltas).toHaveLength(0)
  })

  it('freezes the base, and trains the adapter and the saved modules', () => {
    const module = model()
    const adapter = inject(module, withHead)
    const trained = [...module.namedParameters()].filter(([, { trainable }]) => trainable)
    expect(trained.map(([name]) => name)).toEqual(['head.weight', 'head.bias'])
    expect(adapter.countParameters()).toEqual({ adapter: 2 * (4 + 4), head: 4 * 2 + 2 })
    expect(adapter.parameterGroups().map(({ name }) => name)).toEqual(['lora', 'head'])
  })

  it('draws the same numbers for the same seed, and others for each layer and another seed', () => {
    const numbers = (seed: number) =>
      inject(model(), lora({ r: 2, targets: ['first', 'second'] }), { seed }).sites.map(({ parameters }) => [
        ...parameters.byName.get('a')!.value.dataSync(),
      ])
    expect(numbers(1)).toEqual(numbers(1))
    expect(numbers(1)).not.toEqual(numbers(2))
    expect(numbers(1)[0]).not.toEqual(numbers(1)[1])
  })

  it('rejects a second adapter of the same name, wherever it sits', () => {
    const module = model()
    inject(module, onFirst)
    expect(() => inject(module, lora({ targets: ['second'] }))).toThrow(
      "the model already carries an adapter named 'default'; give this one another name",
    )
  })

  it('rejects modules to save that the model has not', () => {
    expect(() => inject(model(), lora({ targets: ['first'], modulesToSave: ['score'] }))).toThrow(
      'modulesToSave: the model has no module named score',
    )
  })

  it('rejects a head that another adapter trains already, and leaves that one as it is', () => {
    const module = model()
    inject(module, withHead)
    expect(() => inject(module, withHead, { name: 'other' })).toThrow(
      "base_model.model.head.weight is already trained and saved with adapter 'default'",
    )
    expect(module.first.deltas).toHaveLength(1)
  })

  it('leaves the head of another adapter trainable', () => {
    const module = model()
    const first = inject(module, withHead)
    inject(module, onFirst, { name: 'other' })
    expect(first.countParameters().head).toBe(10)
  })

  it('trains no biases with a method whose files could not hold them', () => {
    const module = model()
    const method = vera({ r: 2, targets: ['first'], biases: 'all' })
    expect(() => inject(module, method)).toThrow(
      "biases: files of vera hold no biases; expected 'none', got 'all'",
    )
    expect(module.first.deltas).toEqual([])
  })
})

describe('an adapter', () => {
  it('gives the model its own head back while it is switched off', () => {
    const module = model()
    const before = outputs(module)
    const adapter = inject(module, withHead)
    disturb(adapter)
    const adapted = outputs(module)
    const head = module.head.weight.value.dataSync()
    adapter.enabled = false
    expect(outputs(module)).toEqual(before)
    expect(new Map(adapter.namedTensors()).get('base_model.model.head.weight')!.dataSync()).toEqual(head)
    adapter.enabled = true
    expect(outputs(module)).toEqual(adapted)
  })

  it('cannot be switched off while it is merged', () => {
    const adapter = inject(model(), onFirst)
    merge(adapter)
    expect(() => {
      adapter.enabled = false
    }).toThrow("adapter 'default' is merged into the weights; unmerge it first")
  })
})

describe('eject', () => {
  it('leaves the model as it was, but frozen, and other adapters in their place', () => {
    const module = model()
    const before = outputs(module)
    const adapter = inject(module, withHead)
    const other = inject(module, onFirst, { name: 'other' })
    disturb(adapter)
    eject(adapter)
    expect(module.first.deltas).toEqual(other.sites)
    expect(outputs(module)).toEqual(before)
    expect(module.countParameters({ trainableOnly: true })).toBe(0)
    inject(module, withHead)
  })

  it('rejects a merged adapter', () => {
    const adapter = inject(model(), onFirst)
    merge(adapter)
    expect(() => eject(adapter)).toThrow("adapter 'default' is merged into the weights; unmerge it first")
  })
})

describe('merge', () => {
  it('adds the deltas of several adapters, and takes out any of them again', () => {
    const module = model()
    const weight = () => [...module.first.weight.value.dataSync()]
    const original = weight()
    // B A with B and A of ones and r = 1 is a matrix of ones; the scale is alpha.
    const adapters = [1, 2, 4].map((alpha) => {
      const adapter = inject(module, lora({ r: 1, alpha, targets: ['first'] }), { name: `by ${alpha}` })
      disturb(adapter)
      return adapter
    })
    const added = () => weight().map((value, i) => Math.round(value - original[i]!))
    adapters.forEach(merge)
    expect(new Set(added())).toEqual(new Set([7]))
    unmerge(adapters[1]!)
    expect(new Set(added())).toEqual(new Set([5]))
    unmerge(adapters[0]!)
    unmerge(adapters[2]!)
    expect(weight()).toEqual(original)
  })

  it('leaves a merged adapter out of the forward pass', () => {
    const module = model()
    const adapter = inject(module, onFirst)
    disturb(adapter)
    merge(adapter)
    const merged = outputs(module)
    for (const [, parameter] of adapter.namedParameters()) parameter.assign(zeros(parameter.shape))
    expect(outputs(module)).toEqual(merged)
  })

  it('says so when there is nothing to do', () => {
    const adapter = inject(model(), onFirst)
    expect(() => unmerge(adapter)).toThrow("adapter 'default' is not merged")
    adapter.enabled = false
    expect(() => merge(adapter)).toThrow("adapter 'default' is switched off; switch it on to merge it")
    adapter.enabled = true
    merge(adapter)
    expect(() => merge(adapter)).toThrow("adapter 'default' is merged already")
  })
})
