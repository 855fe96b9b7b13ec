import { gradcheck } from '@gyre/autograd'
import { add, blockCirculant, matmul, mul, randn, type Tensor, tensor } from '@gyre/tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkBlockSize,
  commonDivisors,
  fromDense,
  toDense,
  transposeBlocks,
} from './block-circulant-algebra.js'

const normal = (shape: readonly number[], seed: number): Tensor =>
  randn(shape, { seed, dtype: 'float64' }) as Tensor

/** Block size and numbers of blocks: rectangular both ways, odd, prime, one block, blocks of one number. */
const layouts: readonly { readonly q: number; readonly k: number; readonly p: number }[] = [
  { q: 2, k: 3, p: 4 },
  { q: 3, k: 1, p: 5 },
  { q: 1, k: 2, p: 7 },
  { q: 1, k: 1, p: 6 },
  { q: 4, k: 3, p: 1 },
]

const differences = (a: Tensor, b: Tensor): number[] => {
  const other = b.dataSync()
  return Array.from(a.dataSync(), (value, i) => value - other[i]!)
}

const largestDifference = (a: Tensor, b: Tensor): number =>
  Math.max(...differences(a, b).map((value) => Math.abs(value)))

const squaredNorm = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0)

describe('toDense', () => {
  it('writes each first column down its block, shifted by one from column to column', () => {
    const c = tensor([[[1, 2, 3]]])
    expect([...toDense(c).dataSync()]).toEqual([1, 3, 2, 2, 1, 3, 3, 2, 1])
  })

  it('puts block (i, j) at row i and column j of blocks', () => {
    const c = tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ])
    expect(toDense(c).shape).toEqual([2, 4])
    expect([...toDense(c).dataSync()]).toEqual([1, 2, 3, 4, 2, 1, 4, 3])
  })

  it.each(layouts)(
    'is the matrix that blockCirculant multiplies with: $q x $k blocks of $p',
    ({ q, k, p }) => {
      const c = normal([q, k, p], 1)
      const x = normal([2, 3, k * p], 2)
      const product = matmul(x, toDense(c), { transposeB: true })
      const fast = blockCirculant(x, c)
      expect(fast.shape).toEqual(product.shape)
      expect(largestDifference(fast, product)).toBeLessThan(1e-12)
    },
  )

  it.each(layouts)('has the gradient that differences say: $q x $k blocks of $p', ({ q, k, p }) => {
    expect(gradcheck((c) => toDense(c!), [normal([q, k, p], 3)])).toBeLessThan(1e-9)
  })

  it('rejects what has not three axes', () => {
    expect(() => toDense(tensor([1, 2]))).toThrow('toDense: expected c of shape [q, k, p], got [2]')
  })
})

describe('transposeBlocks', () => {
  it('makes the first row of each block its first column, and is its own inverse', () => {
    const c = tensor([[[1, 2, 3, 4]]])
    expect([...transposeBlocks(c).dataSync()]).toEqual([1, 4, 3, 2])
    expect([...transposeBlocks(transposeBlocks(c)).dataSync()]).toEqual([1, 2, 3, 4])
  })

  it.each(layouts)('has the gradient that differences say: $q x $k blocks of $p', ({ q, k, p }) => {
    expect(gradcheck((c) => transposeBlocks(c!), [normal([q, k, p], 3)])).toBeLessThan(1e-9)
  })
})

describe('fromDense', () => {
  const layout = fc.record({
    q: fc.integer({ min: 1, max: 4 }),
    k: fc.integer({ min: 1, max: 4 }),
    p: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(1000),
  })

  it('undoes toDense', () => {
    fc.assert(
      fc.property(layout, ({ q, k, p, seed }) => {
        const c = normal([q, k, p], seed)
        const back = fromDense(toDense(c), p)
        expect(back.shape).toEqual([q, k, p])
        expect(largestDifference(back, c)).toBeLessThan(1e-14)
      }),
    )
  })

  it('is nearer to the matrix than any other block-circulant one, by exactly what Pythagoras says', () => {
    fc.assert(
      fc.property(layout, ({ q, k, p, seed }) => {
        const matrix = normal([q * p, k * p], seed)
        const nearest = fromDense(matrix, p)
        const step = mul(normal([q, k, p], seed + 1), 0.1)
        const nearestDistance = squaredNorm(differences(matrix, toDense(nearest)))
        const otherDistance = squaredNorm(differences(matrix, toDense(add(nearest, step))))
        // Each number of the step appears p times.
        const stepSize = p * squaredNorm([...step.dataSync()])
        expect(otherDistance - nearestDistance).toBeCloseTo(stepSize, 9)
      }),
    )
  })

  it('has the gradient that differences say', () => {
    expect(gradcheck((matrix) => fromDense(matrix!, 3), [normal([6, 9], 4)])).toBeLessThan(1e-9)
  })

  it('rejects a vector, and a block size that does not divide both sides', () => {
    expect(() => fromDense(tensor([1, 2]), 1)).toThrow('fromDense: expected a matrix, got shape [2]')
    expect(() => fromDense(normal([12, 18], 0), 4)).toThrow(
      'fromDense: block size 4 does not divide both sides of [12, 18]; their common divisors are 1, 2, 3, 6',
    )
  })
})

describe('commonDivisors', () => {
  it('ascend from 1 to the greatest', () => {
    expect(commonDivisors(12, 18)).toEqual([1, 2, 3, 6])
    expect(commonDivisors(7, 5)).toEqual([1])
    expect(commonDivisors(8, 8)).toEqual([1, 2, 4, 8])
  })

  it('are the block sizes that pass the check', () => {
    const passes = (size: number): boolean => {
      try {
        checkBlockSize(size, 12, 30, 'here')
        return true
      } catch {
        return false
      }
    }
    const sizes = [-1, 0, 0.5, Number.NaN, ...Array.from({ length: 31 }, (_, i) => i + 1)]
    expect(sizes.filter(passes)).toEqual(commonDivisors(12, 30))
  })
})
