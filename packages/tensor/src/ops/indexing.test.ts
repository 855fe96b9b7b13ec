import { describe, expect, test } from 'vitest'
import { tensor, zeros } from '../create.js'
import { DTypeError, IndexError, ShapeError } from '../errors.js'
import type { Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { concat } from './concat.js'
import { dynamicUpdateSlice } from './dynamic-update-slice.js'
import { gather } from './gather.js'
import { pad } from './pad.js'
import { scatterAdd } from './scatter-add.js'
import { slice } from './slice.js'

const indices = (values: readonly number[]): Tensor<Shape, 'int32'> => tensor(values, { dtype: 'int32' })
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])

describe('gather and scatterAdd', () => {
  test('pick slices, and add them up where an index repeats', () => {
    expect([...gather(x, indices([1, 0, 1])).dataSync()]).toEqual([4, 5, 6, 1, 2, 3, 4, 5, 6])
    expect([...gather(x, indices([2]), { axis: -1 }).dataSync()]).toEqual([3, 6])
    expect([...scatterAdd(x, indices([2, 2]), { length: 3 }).dataSync()]).toEqual([0, 0, 0, 0, 0, 0, 5, 7, 9])
    expect([...scatterAdd(x, indices([1, 1, 0]), { axis: 1, length: 2 }).dataSync()]).toEqual([3, 3, 6, 9])
  })

  test.each([2, -1])('name the index %d outside the axis, and its position', (index) => {
    expect(() => gather(x, indices([0, index]))).toThrow(
      new IndexError(`gather: index ${index} at position 1 is outside 0 to 1`),
    )
    expect(() => scatterAdd(x, indices([0, index]), { length: 2 })).toThrow(
      new IndexError(`scatterAdd: index ${index} at position 1 is outside 0 to 1`),
    )
  })

  test('take one axis of int32 indices', () => {
    expect(() => gather(x, zeros([1, 1], { dtype: 'int32' }))).toThrow(
      new ShapeError('gather: indices have shape [1, 1]; expected one axis'),
    )
    expect(() => gather(x, tensor([0]) as Tensor as Tensor<Shape, 'int32'>)).toThrow(
      new DTypeError('gather: indices has dtype float32; expected int32'),
    )
    expect(() => gather(x, indices([0]), { axis: 2 })).toThrow('gather: axis 2 does not exist')
    expect(() => scatterAdd(x, indices([0]), { length: 2 })).toThrow(
      new ShapeError('scatterAdd: x [2, 3] needs [2] indices for axis 0, got [1]'),
    )
    expect(() => scatterAdd(x, indices([0, 0]), { length: 1.5 })).toThrow(
      'scatterAdd: a shape holds integers ≥ 0, not [1.5, 3]',
    )
  })
})

describe('dynamicUpdateSlice', () => {
  const at = (start: number): Tensor => tensor(start, { dtype: 'int32' }) as unknown as Tensor

  test('replaces slices from a position on, which is a tensor', () => {
    expect([...dynamicUpdateSlice(x, tensor([[7, 8, 9]]), at(1)).dataSync()]).toEqual([1, 2, 3, 7, 8, 9])
    const columns = tensor([
      [7, 8],
      [9, 0],
    ])
    expect([...dynamicUpdateSlice(x, columns, at(1), { axis: -1 }).dataSync()]).toEqual([1, 7, 8, 4, 9, 0])
    expect([...dynamicUpdateSlice(x, zeros([0, 3]), at(2)).dataSync()]).toEqual([1, 2, 3, 4, 5, 6])
  })

  test.each([2, -1])('names the position %d at which the update does not fit', (start) => {
    expect(() => dynamicUpdateSlice(x, tensor([[7, 8, 9]]), at(start))).toThrow(
      new IndexError(`dynamicUpdateSlice: index ${start} at position 0 is outside 0 to 1`),
    )
  })

  test('takes a scalar position, and an update like x but along the axis', () => {
    expect(() => dynamicUpdateSlice(x, zeros([1, 3]), indices([0]) as Tensor)).toThrow(
      new ShapeError('dynamicUpdateSlice: start has shape [1]; expected a scalar'),
    )
    for (const shape of [[1, 2], [3, 3], [3]]) {
      expect(() => dynamicUpdateSlice(x, zeros(shape), at(0))).toThrow(
        new ShapeError(
          `dynamicUpdateSlice: update [${shape.join(', ')}] does not fit into [2, 3] along axis 0`,
        ),
      )
    }
  })
})

describe('concat', () => {
  test('puts tensors one after the other, those without elements too', () => {
    expect([...concat([x, zeros([0, 3]), x]).dataSync()]).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
    expect([...concat([x, tensor([[7], [8]])], { axis: -1 }).dataSync()]).toEqual([1, 2, 3, 7, 4, 5, 6, 8])
  })

  test('needs tensors, alike but along the axis', () => {
    expect(() => concat([])).toThrow(new ShapeError('concat: there are no tensors'))
    expect(() => concat([x, zeros([2, 2])])).toThrow(
      new ShapeError('concat: [2, 3] and [2, 2] differ elsewhere than along axis 0'),
    )
    expect(() => concat([x, zeros([3])])).toThrow('concat: [2, 3] and [3] differ elsewhere')
    expect(() => concat([x as Tensor, zeros([2, 3], { dtype: 'int32' })])).toThrow(
      new DTypeError('concat: dtypes float32 and int32; cast one of them'),
    )
    expect(() => concat([x], { axis: 2 })).toThrow('concat: axis 2 does not exist in a tensor of rank 2')
  })
})

describe('slice and pad', () => {
  test('undo each other', () => {
    const padded = pad(x, [1, 0], [0, 2])
    expect(padded.shape).toEqual([3, 5])
    expect([...padded.dataSync()]).toEqual([0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0])
    expect(slice(padded, [1, 0], [2, 3]).dataSync()).toEqual(x.dataSync())
  })

  test.each([
    [[0, 1], [2, 3], '[0, 1] the size [2, 3]'],
    [[-1, 0], [1, 1], '[-1, 0] the size [1, 1]'],
    [[0], [2], '[0] the size [2]'],
    [[0, 0], [1, -1], '[0, 0] the size [1, -1]'],
    [[0.5, 0], [1, 1], '[0.5, 0] the size [1, 1]'],
    [[0, 0], [1, 1.5], '[0, 0] the size [1, 1.5]'],
  ])('refuse a box from %j of size %j outside [2, 3]', (begin, size, text) => {
    expect(() => slice(x, begin, size)).toThrow(
      new ShapeError(`slice: from ${text} does not fit into [2, 3]`),
    )
  })

  test.each([
    [[1], [0, 0]],
    [
      [0, -1],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 0.5],
    ],
  ])('refuse padding by %j and %j', (before, after) => {
    expect(() => pad(x, before, after)).toThrow(
      new ShapeError(
        `pad: [2, 3] needs as many integers ≥ 0 before and after, not [${before.join(', ')}] and [${after.join(', ')}]`,
      ),
    )
  })
})
