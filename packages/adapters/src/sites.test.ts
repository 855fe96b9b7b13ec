import { Linear, Module } from '@gyre/nn'
import type { Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { findModules, findSites } from './sites.js'

class Attention extends Module {
  readonly query = new Linear(4, 6)
  readonly value = new Linear(4, 4)
  override forward(x: Tensor): Tensor {
    return this.query.forward(x)
  }
}

class Layer extends Module {
  readonly attention = new Attention()
  readonly dense = new Linear(4, 8)
  override forward(x: Tensor): Tensor {
    return this.dense.forward(x)
  }
}

class Model extends Module {
  readonly layers = [new Layer(), new Layer()]
  readonly head = new Linear(4, 2)
  readonly headPaths = ['head']
  override forward(x: Tensor): Tensor {
    return this.head.forward(x)
  }
}

const paths = (...targets: string[]): string[] => findSites(new Model(), targets).map(({ path }) => path)

describe('findSites', () => {
  it('finds layers by the last word of their path, in the order of the model', () => {
    expect(paths('value', 'query')).toEqual([
      'layers.0.attention.query',
      'layers.0.attention.value',
      'layers.1.attention.query',
      'layers.1.attention.value',
    ])
  })

  it('finds layers by the end of their path, and by the whole of it', () => {
    expect(paths('attention.value')).toEqual(['layers.0.attention.value', 'layers.1.attention.value'])
    expect(paths('layers.1.dense')).toEqual(['layers.1.dense'])
  })

  it('compares whole words: uery is not query', () => {
    expect(() => paths('uery')).toThrow("target 'uery' matches no linear layer")
  })

  it('takes for all-linear every layer but those of the head', () => {
    expect(paths('all-linear')).toHaveLength(6)
    expect(paths('all-linear')).not.toContain('head')
    expect(paths('head')).toEqual(['head'])
  })

  it('knows the sides of each layer and the target that chose it', () => {
    const model = new Model()
    expect(findSites(model, ['layers.0.attention.query'])).toEqual([
      {
        path: 'layers.0.attention.query',
        target: 'layers.0.attention.query',
        inFeatures: 4,
        outFeatures: 6,
        weightIsTransposed: false,
        layer: model.layers[0]!.attention.query,
      },
    ])
  })

  it('names the nearest layers when one of the targets matches nothing', () => {
    expect(() => paths('value', 'qeury')).toThrow(
      "target 'qeury' matches no linear layer; the nearest are query, ",
    )
    expect(() => paths('layers.2.dense')).toThrow('the nearest are layers.0.dense, layers.1.dense')
  })

  it('lists what there is when no target is given', () => {
    expect(() => paths()).toThrow('targets is empty; the model has query, value, dense, head')
  })
})

describe('findModules', () => {
  it('finds any module by the end of its path', () => {
    expect(findModules(new Model(), ['attention', 'head']).map(([path]) => path)).toEqual([
      'layers.0.attention',
      'layers.1.attention',
      'head',
    ])
    expect(findModules(new Model(), ['score'])).toEqual([])
  })
})
