import { type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { clipGradNorm } from './clip-grad-norm.js'

const grads = new Map<string, Tensor>([
  ['a', tensor([3, 0]) as Tensor],
  ['b', tensor([[0], [4]]) as Tensor],
])

describe('clipGradNorm', () => {
  it('scales all gradients by one factor down to the norm', () => {
    const { grads: clipped, norm } = clipGradNorm(grads, 1)
    expect(norm.itemSync()).toBe(5)
    expect([...clipped.keys()]).toEqual(['a', 'b'])
    expect(clipped.get('a')!.dataSync()[0]).toBeCloseTo(0.6, 6)
    expect(clipped.get('b')!.dataSync()[1]).toBeCloseTo(0.8, 6)
    expect(clipped.get('b')!.shape).toEqual([2, 1])
  })

  it('leaves smaller gradients as they are', () => {
    const { grads: clipped } = clipGradNorm(grads, 6)
    expect(clipped.get('a')!.dataSync()).toEqual(grads.get('a')!.dataSync())
  })

  it('keeps zero gradients zero', () => {
    const { grads: clipped, norm } = clipGradNorm(new Map([['a', tensor([0, 0]) as Tensor]]), 1)
    expect(norm.itemSync()).toBe(0)
    expect([...clipped.get('a')!.dataSync()]).toEqual([0, 0])
  })

  it('rejects a norm that is not above 0, and no gradients', () => {
    expect(() => clipGradNorm(grads, 0)).toThrow('clipGradNorm: maxNorm is 0; expected a number above 0')
    expect(() => clipGradNorm(new Map(), 1)).toThrow('no gradients')
  })
})
