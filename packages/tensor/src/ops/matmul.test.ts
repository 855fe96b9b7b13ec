import { describe, expect, test } from 'vitest'
import { randn, zeros } from '../create.js'
import { DTypeError, ShapeError } from '../errors.js'
import type { Tensor } from '../tensor.js'
import { matmul } from './matmul.js'

const normal = (shape: readonly number[], seed: number) =>
  randn(shape, { seed, dtype: 'float64' }) as Tensor<readonly number[], 'float64'>

/** Σ_k a[i, k] b[k, j] with indices written out, of matrices as they are stored. */
function naive(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [m, k, n]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): number[] {
  const product: number[] = []
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0; l < k; l++)
        sum += a[transposeA ? l * m + i : i * k + l]! * b[transposeB ? j * k + l : l * n + j]!
      product.push(sum)
    }
  }
  return product
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(1e-12)
}

const sizes = [
  [1, 1, 1],
  [1, 7, 1],
  [2, 3, 4],
  [3, 3, 3],
  [5, 4, 7],
  [7, 1, 5],
  [10, 11, 13],
  [16, 32, 8],
  [2, 0, 3],
  [0, 3, 2],
] as const

describe.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('matmul with transposeA %s and transposeB %s', (transposeA, transposeB) => {
  test.each(sizes)('is the sum over the inner axis for m = %d, k = %d, n = %d', (m, k, n) => {
    const a = normal(transposeA ? [k, m] : [m, k], 1)
    const b = normal(transposeB ? [n, k] : [k, n], 2)
    const product = matmul(a, b, { transposeA, transposeB })
    expect(product.shape).toEqual([m, n])
    expectClose(product.dataSync(), naive(a.dataSync(), b.dataSync(), [m, k, n], transposeA, transposeB))
  })

  test('multiplies every matrix of a batch, with broadcast batches', () => {
    const [m, k, n] = [4, 5, 2] as const
    const a = normal([2, 1, ...(transposeA ? [k, m] : [m, k])], 3)
    const b = normal([3, ...(transposeB ? [n, k] : [k, n])], 4)
    const product = matmul(a, b, { transposeA, transposeB })
    expect(product.shape).toEqual([2, 3, m, n])
    const matrices = [0, 1].flatMap((i) =>
      [0, 1, 2].flatMap((j) =>
        naive(
          a.dataSync().subarray(i * m * k, (i + 1) * m * k),
          b.dataSync().subarray(j * k * n, (j + 1) * k * n),
          [m, k, n],
          transposeA,
          transposeB,
        ),
      ),
    )
    expectClose(product.dataSync(), matrices)
  })
})

describe('matmul', () => {
  test('takes a vector for a row on the left and a column on the right', () => {
    const matrix = normal([3, 4], 5)
    const row = normal([3], 6)
    const column = normal([4], 7)
    const left = matmul(row, matrix)
    expect(left.shape).toEqual([4])
    expectClose(left.dataSync(), naive(row.dataSync(), matrix.dataSync(), [1, 3, 4], false, false))
    const right = matmul(matrix, column)
    expect(right.shape).toEqual([3])
    expectClose(right.dataSync(), naive(matrix.dataSync(), column.dataSync(), [3, 4, 1], false, false))
    expect(matmul(row, row).shape).toEqual([])
    expect(() => matmul(normal([], 1), matrix)).toThrow('matmul: [] x [3, 4]: a scalar is not a matrix')
  })

  test('says which dims do not agree, in the words of the type error', () => {
    const cases: [readonly number[], readonly number[], object, string][] = [
      [[2, 3], [4, 5], {}, '[2, 3] x [4, 5]: left has 3 columns, right has 4 rows'],
      [
        [2, 3],
        [4, 5],
        { transposeA: true },
        '[2, 3] transposed x [4, 5]: left has 2 columns, right has 4 rows',
      ],
      [
        [2, 3],
        [4, 5],
        { transposeB: true },
        '[2, 3] x [4, 5] transposed: left has 3 columns, right has 5 rows',
      ],
    ]
    for (const [a, b, options, sentence] of cases) {
      expect(() => matmul(zeros(a), zeros(b), options)).toThrow(new ShapeError(`matmul: ${sentence}`))
    }
    expect(() => matmul(normal([2, 3, 4], 1), normal([3, 4, 5], 1))).toThrow(
      'matmul: [2] and [3] do not broadcast',
    )
  })

  test('multiplies floating-point matrices of one dtype', () => {
    const wide: Tensor = zeros([3, 2], { dtype: 'float64' })
    expect(() => matmul(zeros([2, 3]) as Tensor, wide)).toThrow(
      new DTypeError('matmul: a is float32 and b is float64; cast one of them'),
    )
    const whole = zeros([2, 2], { dtype: 'int32' })
    expect(() => matmul(whole, whole)).toThrow('matmul: a has dtype int32; expected float32 or float64')
  })
})
