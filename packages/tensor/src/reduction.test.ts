import { describe, expect, test } from 'vitest'
import { arange, tensor, zeros } from './create.js'
import { argmax } from './ops/argmax.js'
import { max } from './ops/max.js'
import { mean } from './ops/mean.js'
import { sum } from './ops/sum.js'
import { reductionMap } from './reduction.js'

const x = tensor(arange(24, { dtype: 'float32' }).dataSync(), { shape: [2, 3, 4] })

describe('reductions', () => {
  test.each([
    [undefined, [], [276]],
    [[0], [3, 4], [12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34]],
    [[1], [2, 4], [12, 15, 18, 21, 48, 51, 54, 57]],
    [[-1], [2, 3], [6, 22, 38, 54, 70, 86]],
    [[0, 2], [3], [60, 92, 124]],
    [[], [2, 3, 4], [...x.dataSync()]],
  ])('over the axes %j leave the shape %j', (axes, shape, numbers) => {
    const result = sum(x, { axes })
    expect(result.shape).toEqual(shape)
    expect([...result.dataSync()]).toEqual(numbers)
  })

  test('leave a 1 in the place of an axis when asked to', () => {
    expect(sum(x, { axes: [1], keepDims: true }).shape).toEqual([2, 1, 4])
    expect(max(x, { axes: [-1], keepDims: true }).shape).toEqual([2, 3, 1])
    expect(mean(x, { keepDims: true }).shape).toEqual([1, 1, 1])
    expect(mean(x).itemSync()).toBe(11.5)
  })

  test('sum nothing to zero', () => {
    expect([...sum(zeros([2, 0]), { axes: [1] }).dataSync()]).toEqual([0, 0])
  })

  test('map each element to the result that it goes into', () => {
    expect([...reductionMap([2, 3], { axes: [0] })]).toEqual([0, 1, 2, 0, 1, 2])
    expect([...reductionMap([2, 3], { axes: [1] })]).toEqual([0, 0, 0, 1, 1, 1])
    expect([...reductionMap([1, 2], { axes: [] })]).toEqual([0, 1])
  })

  test('name the axis that does not exist', () => {
    expect(() => sum(x, { axes: [3] })).toThrow(
      'sum: axis 3 does not exist in a tensor of rank 3; expected -3 to 2',
    )
    expect(() => max(x, { axes: [0, 0] })).toThrow('max: axes [0, 0] name one twice')
    expect(() => argmax(x, { axis: 5 })).toThrow('argmax: axis 5 does not exist')
  })
})
