import { inject } from '@gyre/adapters'
import { valueAndGrad } from '@gyre/autograd'
import { Linear, Module, seedParameters } from '@gyre/nn'
import { mul, randn, sum, type Tensor, transpose } from '@gyre/tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bca } from '../bca/bca.js'
import { commonDivisors, fromDense, toDense } from '../block-circulant-algebra.js'
import { gradientEnergy, kernelGradient } from './gradient-energy.js'

const matrix = fc.record({
  rows: fc.constantFrom(1, 2, 4, 6, 12),
  columns: fc.constantFrom(1, 3, 4, 6, 18),
  seed: fc.nat(1000),
})
const normal = (shape: readonly number[], seed: number): Tensor =>
  randn(shape, { seed, dtype: 'float64' }) as Tensor
const numbersOf = (tensor: Tensor): Float64Array => Float64Array.from(tensor.dataSync(), Number)
const squaredNorm = (tensor: Tensor): number =>
  numbersOf(tensor).reduce((total, value) => total + value ** 2, 0)

describe('gradientEnergy', () => {
  it('is the squared norm of the nearest block-circulant matrix', () => {
    fc.assert(
      fc.property(matrix, ({ rows, columns, seed }) => {
        const gradient = normal([rows, columns], seed)
        for (const p of commonDivisors(rows, columns)) {
          const energy = gradientEnergy(numbersOf(gradient), [rows, columns], p)
          expect(energy).toBeCloseTo(squaredNorm(toDense(fromDense(gradient, p))), 9)
          expect(energy).toBeLessThanOrEqual(squaredNorm(gradient) * (1 + 1e-12))
        }
      }),
    )
  })

  it('is that of the transposed matrix, as a layer may keep its weight', () => {
    fc.assert(
      fc.property(matrix, ({ rows, columns, seed }) => {
        const gradient = normal([rows, columns], seed)
        const transposed = numbersOf(transpose(gradient))
        for (const p of commonDivisors(rows, columns)) {
          const energy = gradientEnergy(numbersOf(gradient), [rows, columns], p)
          expect(gradientEnergy(transposed, [columns, rows], p)).toBeCloseTo(energy, 9)
        }
      }),
    )
  })

  it('needs no dense gradient: a kernel that is zero has it, as ‖gc‖² / p', () => {
    class Layer extends Module {
      readonly linear = new Linear(12, 8)
      override forward(x: Tensor): Tensor {
        return this.linear.forward(x)
      }
    }
    const layer = new Layer()
    seedParameters(layer, 1)
    const [x, slope] = [randn([5, 12], { seed: 2 }), randn([5, 8], { seed: 3 })] as [Tensor, Tensor]
    const loss = () => sum(mul(layer.forward(x), slope))
    const dense = valueAndGrad(loss, layer)().grads.get('linear.weight')!
    for (const p of [1, 2, 4]) {
      const adapter = inject(layer, bca({ blockSize: p, targets: ['linear'] }), { name: `p=${p}` })
      const [kernel] = [...valueAndGrad(loss, adapter)().grads.values()]
      const sums = kernelGradient(numbersOf(dense), [8, 12], p)
      for (const [i, value] of numbersOf(kernel!).entries()) expect(value).toBeCloseTo(sums[i]!, 4)
      expect(squaredNorm(kernel!) / p / gradientEnergy(numbersOf(dense), [8, 12], p)).toBeCloseTo(1, 5)
    }
  })

  it('does not grow with the number of parameters: blocks are not nested', () => {
    // Circulant as a whole; its halves are Toeplitz, and no circulant block of 2 comes near them.
    const circulant = toDense(normal([1, 1, 4], 5))
    const [whole, halves] = [4, 2].map((p) => gradientEnergy(numbersOf(circulant), [4, 4], p))
    expect(whole).toBeCloseTo(squaredNorm(circulant), 9)
    expect(halves).toBeLessThan(0.9 * whole!)
  })

  it('rejects a block size that does not divide both sides, and numbers that are no such matrix', () => {
    expect(() => gradientEnergy(new Float64Array(12), [3, 4], 2)).toThrow(
      'kernelGradient: block size 2 does not divide both sides of [3, 4]; their common divisors are 1',
    )
    expect(() => gradientEnergy(new Float64Array(11), [3, 4], 1)).toThrow(
      'kernelGradient: 11 numbers for a matrix [3, 4]',
    )
  })
})
