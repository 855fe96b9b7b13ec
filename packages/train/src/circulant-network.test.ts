import { seedParameters } from '@gyre/nn'
import { randn, type Tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { CirculantNetwork } from './circulant-network.js'

const x = randn([3, 16], { seed: 1 }) as Tensor
const numbers = (t: Tensor): number[] => [...t.dataSync()].map(Number)

describe('CirculantNetwork', () => {
  it.each([
    [4, 16],
    [16, 16],
    [4, 2],
  ])('computes what its dense network computes: blocks of %i, %i outputs', (blockSize, outputs) => {
    const network = new CirculantNetwork({ width: 16, layers: 3, outputs }, blockSize)
    seedParameters(network, 5)
    const [y, dense] = [network.forward(x), network.toDense().forward(x)]
    expect(y.shape).toEqual([3, outputs])
    const other = numbers(dense)
    for (const [i, value] of numbers(y).entries()) expect(value).toBeCloseTo(other[i]!, 5)
  })

  it('trains its layers, and not the matrix that makes fewer outputs', () => {
    const count = (outputs: number, blockSize: number): number =>
      new CirculantNetwork({ width: 16, layers: 2, outputs }, blockSize).countParameters({
        trainableOnly: true,
      })
    expect([count(16, 1), count(1, 1), count(1, 4), count(16, 16)]).toEqual([512, 512, 128, 32])
  })
})
