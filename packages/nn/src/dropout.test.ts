import { checkpoint, valueAndGrad } from '@gyre/autograd'
import { mul, ones, Parameter, Rng, sum, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { Dropout } from './dropout.js'
import { constant } from './initializers.js'
import { Module } from './module.js'

const seedOf = (step: number): Tensor => tensor(Int32Array.from(new Rng(3).child(step).key)) as Tensor
const x = ones([40, 50]) as Tensor

class Two extends Module {
  readonly first: Dropout
  readonly second: Dropout

  constructor(probability = 0.25) {
    super()
    this.first = new Dropout(probability)
    this.second = new Dropout(probability)
  }

  override forward(input: Tensor, seed?: Tensor): readonly Tensor[] {
    return [this.first.forward(input, seed), this.second.forward(input, seed)]
  }
}

const masks = (model: Two, step: number): number[][] =>
  model.forward(x, seedOf(step)).map((result) => [...result.dataSync()])

describe('Dropout', () => {
  it('drops about the asked share and scales the rest so that the mean stays', () => {
    const [mask] = masks(new Two(0.25), 0)
    const kept = mask!.filter((value) => value !== 0)
    // Five standard errors of 2000 draws are 0.048.
    expect(Math.abs(kept.length / mask!.length - 0.75)).toBeLessThan(0.048)
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]))
  })

  it('draws the same masks from the same seed, other ones from another', () => {
    const model = new Two()
    expect(masks(model, 1)).toEqual(masks(model, 1))
    expect(masks(model, 1)[0]).not.toEqual(masks(model, 2)[0])
  })

  it('draws another mask in every module', () => {
    const [first, second] = masks(new Two(), 1)
    // Independent masks agree about as often as chance has it: 0.75² + 0.25².
    const agreement = first!.filter((value, i) => value === second![i]).length / first!.length
    expect(Math.abs(agreement - 0.625)).toBeLessThan(0.055)
  })

  it('calls no op in eval() or with probability 0, and needs no seed then', () => {
    for (const model of [new Two().eval(), new Two(0)]) {
      const [first, second] = model.forward(x)
      expect(first).toBe(x)
      expect(second).toBe(x)
      expect(model.first.active).toBe(false)
    }
    expect(new Two().first.active).toBe(true)
  })

  it('says where a seed is missing', () => {
    expect(() => new Two().forward(x)).toThrow(
      'dropout at first is active and got no seed; give the model a seed with each batch, or call eval() on it',
    )
  })

  it('lets gradients through where it kept the element, scaled alike', () => {
    const scale = new Parameter({ shape: [40, 50], dtype: 'float32' }, constant(1))
    const layer = new Dropout(0.5)
    const loss = () => sum(layer.forward(mul(x, scale.value), seedOf(1)))
    const { grads } = valueAndGrad(loss, { namedParameters: () => [['scale', scale]] })()
    expect(grads.get('scale')!.dataSync()).toEqual(layer.forward(x, seedOf(1)).dataSync())
  })

  it('drops the same elements when checkpoint recomputes a layer', () => {
    class Layer extends Module {
      readonly scale = new Parameter({ shape: [50], dtype: 'float32' }, constant(1))
      readonly dropout = new Dropout(0.5)
      override forward(input: Tensor): Tensor {
        return this.dropout.forward(mul(input, this.scale.value), seedOf(1))
      }
    }
    class Model extends Module {
      readonly layer = new Layer()
      override forward(recompute: boolean): Tensor {
        const layer = (h: Tensor): Tensor => this.layer.forward(h)
        return sum(recompute ? checkpoint(layer)(x) : layer(x))
      }
    }
    const model = new Model()
    const gradient = (recompute: boolean) =>
      valueAndGrad(() => model.forward(recompute), model)()
        .grads.get('layer.scale')!
        .dataSync()
    expect(gradient(true)).toEqual(gradient(false))
  })

  it('rejects a probability outside [0, 1)', () => {
    expect(() => new Dropout(1)).toThrow('Dropout: probability is 1; expected a number from 0 to below 1')
    expect(() => new Dropout(Number.NaN)).toThrow('probability is NaN')
  })
})
