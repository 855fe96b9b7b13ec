import { describe, expect, test } from 'vitest'
import { tensor, zeros } from './create.js'
import { forEachBroadcast } from './elementwise.js'
import { DTypeError, ShapeError } from './errors.js'
import { add } from './ops/add.js'
import { exp } from './ops/exp.js'
import { less } from './ops/less.js'
import { mul } from './ops/mul.js'
import { sub } from './ops/sub.js'
import { broadcastShapes, type Shape, sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

/** The definition: the index of the result, written as digits, with the digits of axes that repeat set to 0. */
function naiveIndex(flat: number, own: Shape, result: Shape): number {
  let index = 0
  let stride = 1
  let rest = flat
  for (let i = 1; i <= result.length; i++) {
    const dim = result[result.length - i]!
    const ownDim = own[own.length - i] ?? 1
    index += ownDim === 1 ? 0 : (rest % dim) * stride
    stride *= ownDim
    rest = Math.floor(rest / dim)
  }
  return index
}

describe('the elements that broadcasting pairs', () => {
  test.each([
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [[2, 3], []],
    [
      [2, 3],
      [1, 1],
    ],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [
      [1, 3],
      [2, 1],
    ],
    [
      [2, 3],
      [2, 1],
    ],
    [
      [2, 2, 2],
      [1, 2, 1],
    ],
    [[0, 3], [3]],
    [[1], [0]],
  ])('are those of the definition for %j and %j', (a, b) => {
    const result = broadcastShapes(a, b, 'test')
    const visited: number[][] = []
    const spec = (shape: Shape) => ({ shape, dtype: 'float32' }) as const
    forEachBroadcast(spec(a), spec(b), spec(result), (...indices) => visited.push(indices))
    expect(visited).toEqual(
      Array.from({ length: sizeOf(result) }, (_, i) => [
        naiveIndex(i, a, result),
        naiveIndex(i, b, result),
        i,
      ]),
    )
  })
})

describe('elementwise operations', () => {
  test('take a number for a scalar of the other operand, on either side', () => {
    const whole = tensor([1, 2], { dtype: 'int32' })
    expect(sub(10, whole).dtype).toBe('int32')
    expect([...sub(10, whole).dataSync()]).toEqual([9, 8])
    expect([...sub(whole, 1).dataSync()]).toEqual([0, 1])
    const pair = tensor([1, 2], { dtype: 'complex64' })
    expect([...mul(pair, 2).dataSync()]).toEqual([2, 4])
    expect([...add(pair, 2).dataSync()]).toEqual([3, 2])
  })

  test('name both shapes when they do not broadcast', () => {
    expect(() => add(zeros([2, 3]) as Tensor, zeros([4]) as Tensor)).toThrow(
      new ShapeError('add: [2, 3] and [4] do not broadcast: 3 against 4'),
    )
  })

  test('name the dtype that they do not take, and two that differ', () => {
    const wide: Tensor = zeros([2], { dtype: 'float64' })
    expect(() => add(zeros([2]) as Tensor, wide)).toThrow(
      new DTypeError('add: a is float32 and b is float64; cast one of them'),
    )
    expect(() => exp(zeros([2], { dtype: 'int32' }))).toThrow(
      new DTypeError('exp: x has dtype int32; expected float32 or float64'),
    )
    const pair = zeros([2], { dtype: 'complex64' })
    expect(() => less(pair, pair)).toThrow(/^less: a has dtype complex64; expected /)
  })
})
