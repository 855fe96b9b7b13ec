import { currentNameScope, mul, Parameter, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Delta } from './delta.js'
import { constant, seedParameters } from './initializers.js'
import { Linear } from './linear.js'
import { Module } from './module.js'

/** Doubles its input, and notes the name scope in which it runs. */
class Probe extends Module {
  readonly scale = new Parameter({ shape: [1], dtype: 'float32' }, constant(2))
  readonly seen: string[] = []

  override forward(x: Tensor): Tensor {
    this.seen.push(currentNameScope().path)
    return mul(x, this.scale.value)
  }
}

class Block extends Module {
  readonly inner = new Probe()
  readonly dense = new Linear(2, 2)

  override forward(x: Tensor): Tensor {
    return this.dense.forward(this.inner.forward(x))
  }
}

class Model extends Module {
  readonly embedding = new Probe()
  readonly layer = [new Block(), new Block()]
  readonly head = new Linear(2, 3, { bias: false })

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.layer.reduce((h, block) => block.forward(h), this.embedding.forward(x)))
  }
}

const names = [
  'embedding.scale',
  'head.weight',
  'layer.0.inner.scale',
  'layer.0.dense.weight',
  'layer.0.dense.bias',
  'layer.1.inner.scale',
  'layer.1.dense.weight',
  'layer.1.dense.bias',
]

function seededModel(seed = 1): Model {
  const model = new Model()
  seedParameters(model, seed)
  return model
}

function scalingDelta(name: string, scale: number, active = true): Delta {
  const parameter = new Parameter({ shape: [1], dtype: 'float32' }, constant(scale))
  return {
    name,
    active,
    delta: (x) => mul(x, parameter.value),
    deltaWeight: () =>
      tensor([
        [scale, 0],
        [0, scale],
      ]) as Tensor,
    *namedParameters() {
      yield ['scale', parameter]
    },
  }
}

describe('Module', () => {
  it('names parameters by the path of their fields, those of an array by index', () => {
    expect([...new Model().namedParameters()].map(([name]) => name).sort()).toEqual([...names].sort())
  })

  it('names a parameter that two modules share once, where it comes first', () => {
    class Tied extends Module {
      readonly first = new Linear(2, 2, { bias: false })
      readonly second = new Probe()
      readonly weight = this.first.weight
      override forward(): void {}
    }
    expect([...new Tied().namedParameters()].map(([name]) => name)).toEqual(['weight', 'second.scale'])
  })

  it('names itself and every module below it', () => {
    expect([...new Model().namedModules()].map(([path]) => path)).toEqual([
      '',
      'embedding',
      'layer.0',
      'layer.0.inner',
      'layer.0.dense',
      'layer.1',
      'layer.1.inner',
      'layer.1.dense',
      'head',
    ])
  })

  it('runs every forward in a name scope that is its path', () => {
    const model = seededModel()
    model.forward(tensor([1, 2]) as Tensor)
    expect(model.embedding.seen).toEqual(['embedding'])
    expect(model.layer.map(({ inner }) => inner.seen)).toEqual([['layer.0.inner'], ['layer.1.inner']])
    expect(currentNameScope().path).toBe('')
  })

  it('leaves the name scope when a forward throws', () => {
    class Failing extends Module {
      readonly child = new Probe()
      override forward(x: Tensor): Tensor {
        this.child.forward(x)
        throw new Error('as asked')
      }
    }
    expect(() => new Failing().forward(tensor([1]) as Tensor)).toThrow('as asked')
    expect(currentNameScope().path).toBe('')
  })

  it('counts all numbers, or those that train', () => {
    const model = new Model()
    expect(model.countParameters()).toBe(1 + 2 * (1 + 4 + 2) + 6)
    model.requiresGrad(false)
    model.head.requiresGrad(true)
    expect(model.countParameters({ trainableOnly: true })).toBe(6)
  })

  it('switches training everywhere below', () => {
    const model = new Model()
    const modes = (): Set<boolean> => new Set([...model.namedModules()].map(([, module]) => module.training))
    expect(modes()).toEqual(new Set([true]))
    expect(model.eval()).toBe(model)
    expect(modes()).toEqual(new Set([false]))
    model.train()
    expect(modes()).toEqual(new Set([true]))
  })

  it('keeps the types of a subclass’s forward', () => {
    expectTypeOf(new Linear(2, 3).forward).toEqualTypeOf<(x: Tensor) => Tensor>()
    expectTypeOf(new Model().eval()).toEqualTypeOf<Model>()
    const pass = () => {
      // @ts-expect-error: a forward takes what its class says
      new Linear(2, 3).forward(1)
    }
    expect(pass).toThrow()
  })

  it('takes another model’s state and then computes the same', () => {
    const [from, to] = [seededModel(1), seededModel(2)]
    const x = tensor([[1, 2]]) as Tensor
    const expected = from.forward(x).dataSync()
    expect(to.forward(x).dataSync()).not.toEqual(expected)
    to.loadStateDict(from.stateDict())
    expect(to.forward(x).dataSync()).toEqual(expected)
  })

  it('lists every problem of a state at once and then takes nothing', () => {
    const model = seededModel()
    const state = seededModel(2).stateDict()
    const before = model.head.weight.value.dataSync()
    state.delete('layer.1.dense.bias')
    state.delete('embedding.scale')
    state.set('layer.0.dense.bias', tensor([1, 2, 3]) as Tensor)
    state.set('layer.0.inner.scale', tensor([1], { dtype: 'int32' }) as Tensor)
    state.set('pooler.weight', tensor([1]) as Tensor)
    let message = ''
    try {
      model.loadStateDict(state)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toContain('missing layer.1.dense.bias')
    expect(message).toContain('missing embedding.scale')
    expect(message).toContain('layer.0.dense.bias has shape [3], expected [2]')
    expect(message).toContain('layer.0.inner.scale has dtype int32, expected float32')
    expect(message).toContain('unexpected pooler.weight')
    expect(model.head.weight.value.dataSync()).toEqual(before)
  })
})

describe('Linear', () => {
  it('computes x Wᵀ + b', () => {
    const layer = new Linear(2, 3)
    layer.loadStateDict(
      new Map([
        [
          'weight',
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
          ]) as Tensor,
        ],
        ['bias', tensor([10, 20, 30]) as Tensor],
      ]),
    )
    expect([...layer.forward(tensor([[1, -1]]) as Tensor).dataSync()]).toEqual([9, 19, 29])
  })

  it('adds what its active deltas give, each of the layer’s input, under a scope of its own', () => {
    const layer = new Linear(2, 2, { weightInit: constant(0), bias: false })
    const names = [...layer.namedParameters()].map(([name]) => name)
    const scopes: string[] = []
    const first = scalingDelta('first', 2)
    layer.deltas.push(
      {
        ...first,
        namedParameters: first.namedParameters,
        delta: (x) => {
          scopes.push(currentNameScope().path)
          return first.delta(x)
        },
      },
      scalingDelta('second', 3),
      scalingDelta('inactive', 100, false),
    )
    expect([...layer.forward(tensor([[1, -1]]) as Tensor).dataSync()]).toEqual([5, -5])
    expect(scopes).toEqual(['delta.first'])
    expect([...layer.namedParameters()].map(([name]) => name)).toEqual(names)
  })
})
