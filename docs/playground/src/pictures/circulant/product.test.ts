import { describe, expect, it } from 'vitest'
import { noise, ramp } from '../drawing/drawing.js'
import { largestDifference } from '../format.js'
import { blockCounts, circulantProducts, productFlops, sizeWhereTransformsWin } from './product.js'

describe.each([2, 3, 8, 17, 64])('a circulant block of %i', (p) => {
  const c = noise.samples(p)
  const x = ramp.samples(p)
  const products = circulantProducts({ c, x })

  it('has its first column in every column, moved down by one each time', () => {
    const matrix = products.matrix.dataSync()
    for (let r = 0; r < p; r++)
      for (let s = 0; s < p; s++) expect(matrix[r * p + s]).toBe(Math.fround(c[(r - s + p) % p]!))
  })

  it('gives the circular convolution, by its matrix and by transforms', () => {
    const y = x.map((_, r) => x.reduce((sum, value, s) => sum + c[(r - s + p) % p]! * value, 0))
    expect(largestDifference(y, products.byMatrix.dataSync())).toBeLessThan(1e-5)
    expect(largestDifference(y, products.byTransforms.dataSync())).toBeLessThan(1e-5)
  })

  it('has the spectrum of c: its sum at frequency 0, and as much energy as c', () => {
    const spectrum = products.spectrum.dataSync()
    expect(spectrum.length).toBe(2 * p)
    expect(spectrum[0]).toBeCloseTo(
      c.reduce((sum, value) => sum + value),
      4,
    )
    const energy = spectrum.reduce((sum, value) => sum + value ** 2, 0)
    expect(energy / p).toBeCloseTo(
      c.reduce((sum, value) => sum + value ** 2, 0),
      3,
    )
  })

  it('is the first of the matrix of blocks, whose product is the same both ways', () => {
    const { q, k } = blockCounts
    const wide = products.wideMatrix.dataSync()
    expect(products.wideMatrix.shape).toEqual([q * p, k * p])
    expect([...wide.slice(0, p)]).toEqual([...products.matrix.dataSync().slice(0, p)])
    expect(products.wideByMatrix.shape).toEqual([1, q * p])
    const [a, b] = [products.wideByMatrix.dataSync(), products.wideByTransforms.dataSync()]
    expect(largestDifference(a, b)).toBeLessThan(2e-5)
  })
})

describe('the FLOPs of a product', () => {
  it('are 2p² by the matrix, and three transforms with a product of half spectra otherwise', () => {
    const p = 16
    expect(productFlops(p, 1)).toEqual({
      byMatrix: 2 * p * p,
      byTransforms: 3 * 2.5 * p * 4 + 8 * (p / 2 + 1),
    })
    // The transform of c is shared by all rows.
    expect(productFlops(p, 10).byTransforms).toBe(21 * 2.5 * p * 4 + 10 * 8 * (p / 2 + 1))
  })

  it('are fewer by transforms from some block size on', () => {
    const sizes = Array.from({ length: 63 }, (_, i) => i + 2)
    const wins = sizeWhereTransformsWin(sizes)!
    for (const p of sizes) {
      const { byMatrix, byTransforms } = productFlops(p, 1)
      if (p >= wins) expect(byTransforms).toBeLessThan(byMatrix)
    }
    const before = productFlops(wins - 1, 1)
    expect(before.byTransforms).toBeGreaterThanOrEqual(before.byMatrix)
  })
})
