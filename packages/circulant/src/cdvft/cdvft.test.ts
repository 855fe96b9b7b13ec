import { inject } from '@gyre/adapters'
import { Linear, Module } from '@gyre/nn'
import { type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { cdvft } from './cdvft.js'

class Layers extends Module {
  readonly square = new Linear(3, 3)
  readonly wide = new Linear(3, 2)

  override forward(x: Tensor): Tensor {
    return this.square.forward(x)
  }
}

describe('cdvft', () => {
  it('is a circulant matrix between two diagonal ones, scaled', () => {
    const site = { path: 'square', target: 'square', inFeatures: 3, outFeatures: 3 }
    const parameters = {
      a1: tensor([1, 10, 100]) as Tensor,
      c: tensor([1, 2, 3]) as Tensor,
      a2: tensor([1, 2, 4]) as Tensor,
    }
    const method = cdvft({ alpha: 0.5, targets: [] })
    // Half of diag(1, 2, 4) [1 3 2; 2 1 3; 3 2 1] diag(1, 10, 100).
    expect([...method.deltaWeight(site, parameters).dataSync()]).toEqual([
      0.5, 15, 100, 2, 10, 300, 6, 40, 200,
    ])
    const product = method.delta(site, parameters, tensor([1, 1, 1]) as Tensor).dataSync()
    expect([...product].map((value) => Number(value.toFixed(3)))).toEqual([115.5, 312, 246])
  })

  it('refuses a layer that is not square, by its path and sides', () => {
    expect(() => inject(new Layers(), cdvft({ targets: ['square', 'wide'] }))).toThrow(
      'wide: cdvft takes square layers only, and this one has 3 inputs and 2 outputs',
    )
  })

  it('writes its configuration and reads it back; more factors are an error', () => {
    expect(cdvft.fromPeft(cdvft({ alpha: 2, targets: [] }).toPeft([]), [])).toEqual({ alpha: 2 })
    expect(() => cdvft.fromPeft({ alpha: 1, m: 2 }, [])).toThrow('m = 2 is not supported; expected 1')
    expect(() => cdvft.fromPeft({}, [])).toThrow('alpha should be a positive number, not undefined')
  })
})
