import { describe, expect, expectTypeOf, it } from 'vitest'
import { randn, zeros } from '../create.js'
import { ShapeError } from '../errors.js'
import type { CheckLinear, LinearShape, ShapeMismatch } from '../shape-types.js'
import { linear } from './linear.js'
import { matmul } from './matmul.js'

describe('linear', () => {
  it('is the product with the transposed weight, plus the bias', () => {
    const x = randn([2, 3, 5], { seed: 1, dtype: 'float64' })
    const weight = randn([4, 5], { seed: 2, dtype: 'float64' })
    const bias = randn([4], { seed: 3, dtype: 'float64' })
    const product = matmul(x, weight, { transposeB: true }).dataSync()
    const added = bias.dataSync()
    const y = linear(x, weight, bias)
    expect(y.shape).toEqual([2, 3, 4])
    y.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(product[i]! + added[i % 4]!, 12)
    })
  })

  it('says in types what it says at run time when the features differ', () => {
    // @ts-expect-error x has 3 features, weight takes 5
    const call = () => linear(zeros([2, 3]), zeros([4, 5]))
    const sentence = 'linear: x [2, 3], weight [4, 5]: x has 3 features, weight takes 5'
    expect(call).toThrow(new ShapeError(sentence))
    expectTypeOf<CheckLinear<readonly [2, 3], readonly [4, 5]>>().toEqualTypeOf<
      ShapeMismatch<'linear: x [2, 3], weight [4, 5]: x has 3 features, weight takes 5'>
    >()
    expectTypeOf<CheckLinear<readonly [number, 3], readonly [4, number]>>().toEqualTypeOf<unknown>()
  })

  it('knows the result shape when types know the operands', () => {
    expectTypeOf<LinearShape<readonly [2, 7, 3], readonly [4, 3]>>().toEqualTypeOf<readonly [2, 7, 4]>()
    expectTypeOf<LinearShape<readonly number[], readonly [4, 3]>>().toEqualTypeOf<readonly number[]>()
    expectTypeOf(linear(zeros([2, 3]), zeros([4, 3])).shape).toEqualTypeOf<readonly [2, 4]>()
  })

  it('names a bias of the wrong size', () => {
    expect(() => linear(zeros([2, 3]), zeros([4, 3]), zeros([3]))).toThrow(
      'linear: bias has shape [3]; weight [4, 3] needs [4]',
    )
  })
})
