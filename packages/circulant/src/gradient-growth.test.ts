import { grad } from '@gyre/autograd'
import { Adadelta, AdamW, type Optimizer, SGD } from '@gyre/nn'
import {
  blockCirculant,
  matmul,
  mul,
  ones,
  Parameter,
  Rng,
  sub,
  sum,
  type Tensor,
  tensor,
} from '@gyre/tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromDense, toDense } from './block-circulant-algebra.js'

// The propositions of docs/gradient-explosion.md, under their numbers there. G is the gradient that a dense matrix B
// would get, and gc that of the numbers c which B is made of.

const normal = (shape: readonly number[], seed: number): Tensor =>
  tensor(new Rng(seed).normals(shape.reduce((size, side) => size * side, 1)), { shape, dtype: 'float64' })

/** Whole numbers, whose sums float64 holds exactly in any order. */
const integers = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    new Rng(seed)
      .uniforms(shape.reduce((size, side) => size * side, 1))
      .map((value) => Math.floor(19 * value) - 9),
    { shape, dtype: 'float64' },
  )

const numbers = (t: Tensor): number[] => [...t.dataSync()].map(Number)
const norm = (t: Tensor): number => Math.sqrt(numbers(t).reduce((sum, value) => sum + value ** 2, 0))
const rootMeanSquare = (t: Tensor): number => norm(t) / Math.sqrt(numbers(t).length)
const largestDifference = (a: Tensor, b: Tensor): number => Math.max(...numbers(sub(a, b)).map(Math.abs))

/** gc by the definition: a loss whose gradient at B is `dense`, differentiated for c. */
function gradientOfBlocks(dense: Tensor, p: number): Tensor {
  const [out, input] = dense.shape as [number, number]
  const c = normal([out / p, input / p, p], 99)
  return grad((c: Tensor) => sum(mul(dense, toDense(c))))(c)
}

const layout = fc.record({
  q: fc.integer({ min: 1, max: 4 }),
  k: fc.integer({ min: 1, max: 4 }),
  p: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(1000),
})

describe('proposition 1: the gradient of a parameter is the sum of the dense gradient over its p positions', () => {
  it('exactly', () => {
    fc.assert(
      fc.property(layout, ({ q, k, p, seed }) => {
        const dense = integers([q * p, k * p], seed)
        const G = numbers(dense)
        const wrappedDiagonals: number[] = []
        for (let i = 0; i < q; i++)
          for (let j = 0; j < k; j++)
            for (let t = 0; t < p; t++) {
              let total = 0
              for (let s = 0; s < p; s++) total += G[(i * p + ((t + s) % p)) * (k * p) + j * p + s]!
              wrappedDiagonals.push(total)
            }
        expect(numbers(gradientOfBlocks(dense, p))).toEqual(wrappedDiagonals)
      }),
    )
  })

  it('and so p times what fromDense makes of the dense gradient, through the FFT too', () => {
    fc.assert(
      fc.property(layout, ({ q, k, p, seed }) => {
        const [x, g] = [normal([5, k * p], seed), normal([5, q * p], seed + 1)]
        const dense = matmul(g, x, { transposeA: true })
        const gc = grad((c: Tensor) => sum(mul(g, blockCirculant(x, c))))(normal([q, k, p], seed + 2))
        expect(largestDifference(gc, mul(p, fromDense(dense, p)))).toBeLessThan(1e-11)
      }),
    )
  })
})

describe('proposition 2: the norm of the whole gradient grows by √p at most', () => {
  it('and p^-½ of it is the norm of the part of G that is block-circulant', () => {
    fc.assert(
      fc.property(layout, ({ q, k, p, seed }) => {
        const dense = normal([q * p, k * p], seed)
        const gc = norm(gradientOfBlocks(dense, p))
        expect(gc).toBeLessThanOrEqual(Math.sqrt(p) * norm(dense) * (1 + 1e-12))
        expect(gc / Math.sqrt(p)).toBeCloseTo(norm(toDense(fromDense(dense, p))), 10)
      }),
    )
  })
})

const side = 256
const sizes = [1, 4, 16, 64, 256]

describe('proposition 3: for independent entries of G', () => {
  const dense = normal([side, side], 7)

  it.each(sizes)('the root mean square grows as √p, and the norm as 1: p = %i', (p) => {
    const gc = gradientOfBlocks(dense, p)
    // Of n independent normal numbers the root mean square deviates by 1 / √(2n) of itself.
    const tolerance = 4 / Math.sqrt((2 * side * side) / p)
    expect(Math.abs(rootMeanSquare(gc) / Math.sqrt(p) - 1)).toBeLessThan(tolerance)
    expect(Math.abs(norm(gc) / norm(dense) - 1)).toBeLessThan(2 * tolerance)
  })

  it('as in a layer whose inputs and arriving gradients are independent', () => {
    const [x, g] = [normal([64, side], 1), normal([64, side], 2)]
    const sizeAt = (p: number): number =>
      rootMeanSquare(
        grad((c: Tensor) => sum(mul(g, blockCirculant(x, c))))(normal([side / p, side / p, p], 3)),
      )
    const [first, last] = [sizeAt(1), sizeAt(64)]
    expect(Math.abs(last / first / 8 - 1)).toBeLessThan(4 / Math.sqrt((2 * side * side) / 64))
  })
})

describe('proposition 4: for entries of G that agree along the wrapped diagonals', () => {
  it.each(sizes)('the root mean square grows as p, and the norm as √p: p = %i', (p) => {
    // Where all entries are the same, they agree at every block size.
    const same = mul(ones([side, side], { dtype: 'float64' }), 0.25)
    expect(rootMeanSquare(gradientOfBlocks(same, p))).toBe(0.25 * p)
    const aligned = toDense(normal([side / p, side / p, p], 5))
    const gc = gradientOfBlocks(aligned, p)
    expect(rootMeanSquare(gc) / rootMeanSquare(aligned)).toBeCloseTo(p, 9)
    expect(norm(gc) / norm(aligned)).toBeCloseTo(Math.sqrt(p), 9)
  })
})

describe('proposition 5: what a step of an optimiser does to B', () => {
  const [q, k, p] = [2, 3, 8]
  const start = normal([q, k, p], 11)
  const dense = normal([q * p, k * p], 12)

  /** How B moves in one step along the gradient `scale · gc`. */
  function move(make: (parameters: Map<string, Parameter>) => Optimizer, scale = 1): Tensor {
    const c = new Parameter({ shape: start.shape, dtype: 'float64' }, () => Float64Array.from(numbers(start)))
    make(new Map([['c', c]])).step(new Map([['c', mul(gradientOfBlocks(dense, p), scale)]]))
    return sub(toDense(c.value as Tensor), toDense(start))
  }

  it('SGD at the rate α moves it by αp times the block-circulant part of the dense step, and at α / p by that part', () => {
    const projected = toDense(fromDense(mul(dense, -0.25), p))
    const sgd = (learningRate: number) => move((c) => new SGD(c, { learningRate }))
    expect(largestDifference(sgd(0.25), mul(projected, p))).toBeLessThan(1e-12)
    expect(largestDifference(sgd(0.25 / p), projected)).toBeLessThan(1e-12)
  })

  it.each([
    ['AdamW', (c: Map<string, Parameter>) => new AdamW(c, { learningRate: 0.01, weightDecay: 0 })],
    ['Adadelta', (c: Map<string, Parameter>) => new Adadelta(c, { epsilon: 1e-12 })],
  ] as const)('%s moves it as far for a gradient that is p times as long', (_name, make) => {
    const moved = move(make)
    expect(norm(moved)).toBeGreaterThan(0)
    expect(largestDifference(move(make, p), moved) / norm(moved)).toBeLessThan(1e-6)
  })

  it('AdamW moves every entry of B by α in its first step, whatever the block size', () => {
    const moved = move((c) => new AdamW(c, { learningRate: 0.01, weightDecay: 0 }))
    for (const value of numbers(moved)) expect(Math.abs(value)).toBeCloseTo(0.01, 8)
  })
})
