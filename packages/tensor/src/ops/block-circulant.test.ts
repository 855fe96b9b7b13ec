import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blockCirculant,
  blockCirculantBackward,
  blockCirculantBackwardOp,
  blockCirculantOp,
  dispatch,
  matmul,
  randn,
  type Shape,
  type Tensor,
  tensor,
} from '../index.js'

const f64 = { dtype: 'float64' } as const

/** The matrix itself: B[i·p + r, j·p + s] = c[i, j, (r - s) mod p]. */
function denseMatrix(c: Tensor): Tensor<Shape, 'float64'> {
  const [q, k, p] = c.shape as [number, number, number]
  const numbers = c.dataSync()
  const dense = new Float64Array(q * p * k * p)
  for (let i = 0; i < q; i++)
    for (let j = 0; j < k; j++)
      for (let r = 0; r < p; r++)
        for (let s = 0; s < p; s++)
          dense[(i * p + r) * k * p + j * p + s] = numbers[(i * k + j) * p + ((r - s + p) % p)]!
  return tensor(dense, { shape: [q * p, k * p], dtype: 'float64' })
}

function expectClose(actual: Tensor, expected: Tensor, tolerance = 1e-12): void {
  expect(actual.shape).toEqual(expected.shape)
  const a: ArrayLike<number> = actual.dataSync()
  const b: ArrayLike<number> = expected.dataSync()
  const scale = Array.from(b).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  for (let i = 0; i < a.length; i++) {
    if (!(Math.abs(a[i]! - b[i]!) <= tolerance * scale))
      expect.fail(`number ${i} is ${a[i]}, expected ${b[i]}`)
  }
}

const sizes = fc.record({
  q: fc.integer({ min: 1, max: 4 }),
  k: fc.integer({ min: 1, max: 4 }),
  p: fc.integer({ min: 1, max: 13 }),
  rows: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
})

describe('blockCirculant', () => {
  it('is the product with the dense matrix, for any blocks', () => {
    fc.assert(
      fc.property(sizes, ({ q, k, p, rows, seed }) => {
        const c = randn([q, k, p], { seed, ...f64 })
        const x = randn([rows, k * p], { seed: seed + 1, ...f64 })
        expectClose(blockCirculant(x, c), matmul(x, denseMatrix(c), { transposeB: true }) as Tensor)
      }),
    )
  })

  it('agrees with its composition, which is the formula of the paper', () => {
    fc.assert(
      fc.property(sizes, ({ q, k, p, rows, seed }) => {
        const c = randn([q, k, p], { seed, ...f64 })
        const x = randn([2, rows, k * p], { seed: seed + 1, ...f64 })
        expectClose(blockCirculant(x, c), blockCirculantOp.composition!({ x, c }, {}).output!)
      }),
    )
  })

  it('keeps batch axes and float32, and takes a single row', () => {
    const c = tensor([[[1, 2, 3]]])
    expect(blockCirculant(tensor([1, 0, 0]), c).dataSync()).toEqual(new Float32Array([1, 2, 3]))
    const x = randn([2, 5, 3], { seed: 1 })
    expect(blockCirculant(x, c)).toMatchObject({ shape: [2, 5, 3], dtype: 'float32' })
    expectClose(
      blockCirculant(x, c),
      matmul(
        x,
        tensor([
          [1, 3, 2],
          [2, 1, 3],
          [3, 2, 1],
        ]),
        { transposeB: true },
      ) as Tensor,
      1e-6,
    )
  })

  it('takes a batch of no rows', () => {
    expect(blockCirculant(randn([0, 6], { seed: 1 }), randn([3, 2, 3], { seed: 1 })).shape).toEqual([0, 9])
  })

  it('says what does not fit', () => {
    const c = randn([2, 3, 4], { seed: 1 })
    expect(() => blockCirculant(randn([10], { seed: 1 }), c)).toThrow(
      'blockCirculant: x has 10 features, c [2, 3, 4] takes 12',
    )
    expect(() => blockCirculant(randn([12], { seed: 1 }), randn([2, 12], { seed: 1 }))).toThrow(
      'blockCirculant: c has shape [2, 12]; expected [out/p, in/p, p]',
    )
    expect(() => blockCirculant(tensor(1), c)).toThrow('blockCirculant: x is a scalar; expected [..., in]')
    expect(() => blockCirculant(randn([0], { seed: 1 }), randn([2, 3, 0], { seed: 1 }))).toThrow(
      'blockCirculant: c [2, 3, 0] has blocks of 0; expected at least 1',
    )
    expect(() => blockCirculant(randn([12], { seed: 1, ...f64 }), c)).toThrow(
      'blockCirculant: c has dtype float32; expected float64',
    )
  })
})

describe('blockCirculantBackward', () => {
  it("is the product with the dense matrix's transpose, and the sum of the matrix gradient over each diagonal", () => {
    fc.assert(
      fc.property(sizes, ({ q, k, p, rows, seed }) => {
        const c = randn([q, k, p], { seed, ...f64 })
        const x = randn([rows, k * p], { seed: seed + 1, ...f64 })
        const grad = randn([rows, q * p], { seed: seed + 2, ...f64 })
        const { inputSpectrum } = dispatch(blockCirculantOp, { x, c }, {})
        const gradients = blockCirculantBackward({ grad, x, c, inputSpectrum })
        expectClose(gradients.x, matmul(grad, denseMatrix(c)) as Tensor)

        const matrixGradient = matmul(grad, x, { transposeA: true }).dataSync()
        const expected = new Float64Array(q * k * p)
        for (let r = 0; r < q * p; r++) {
          for (let s = 0; s < k * p; s++) {
            const block = Math.floor(r / p) * k + Math.floor(s / p)
            expected[block * p + ((((r - s) % p) + p) % p)]! += matrixGradient[r * k * p + s]!
          }
        }
        expectClose(gradients.c, tensor(expected, { shape: [q, k, p], dtype: 'float64' }))

        const composed = blockCirculantBackwardOp.composition!({ grad, x, c, inputSpectrum }, {})
        expectClose(composed.x!, gradients.x)
        expectClose(composed.c!, gradients.c)
      }),
    )
  })
})
