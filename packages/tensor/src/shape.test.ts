import { describe, expect, test } from 'vitest'
import { ShapeError } from './errors.js'
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  sizeOf,
  stridesOf,
} from './shape.js'

describe('shapes', () => {
  test('count elements: a scalar has one, a shape with a 0 none', () => {
    expect(sizeOf([])).toBe(1)
    expect(sizeOf([2, 3, 4])).toBe(24)
    expect(sizeOf([2, 0, 4])).toBe(0)
  })

  test('have row-major strides', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1])
    expect(stridesOf([])).toEqual([])
  })

  test('print as in error messages', () => {
    expect(formatShape([2, 3])).toBe('[2, 3]')
    expect(formatShape([])).toBe('[]')
  })

  test.each([[[2, -1]], [[1.5]], [[Number.NaN]], [[Number.POSITIVE_INFINITY]]])('refuse %j', (shape) => {
    expect(() => checkShape(shape, 'zeros')).toThrow(
      new ShapeError(`zeros: a shape holds integers ≥ 0, not [${shape.join(', ')}]`),
    )
  })

  test('refuse more elements than a safe integer counts', () => {
    expect(() => checkShape([2 ** 30, 2 ** 30], 'zeros')).toThrow(
      'zeros: a tensor of shape [1073741824, 1073741824] cannot be addressed',
    )
  })
})

describe('axes', () => {
  test('count from the end when negative', () => {
    expect(normalizeAxis(-1, 3, 'sum')).toBe(2)
    expect(normalizeAxis(0, 3, 'sum')).toBe(0)
    expect(normalizeAxes([-1, 0], 3, 'sum')).toEqual([0, 2])
    expect(normalizeAxes(undefined, 2, 'sum')).toEqual([0, 1])
  })

  test.each([3, -4, 0.5])('do not exist outside the rank: %d of 3', (axis) => {
    expect(() => normalizeAxis(axis, 3, 'sum')).toThrow(
      new ShapeError(`sum: axis ${axis} does not exist in a tensor of rank 3; expected -3 to 2`),
    )
  })

  test('are named once', () => {
    expect(() => normalizeAxes([1, -1], 2, 'sum')).toThrow('sum: axes [1, 1] name one twice')
  })
})

describe('broadcasting', () => {
  test.each([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1, 3],
      [4, 1],
      [2, 4, 3],
    ],
    [[], [2], [2]],
    [[1], [0], [0]],
    [
      [0, 3],
      [1, 1, 1],
      [1, 0, 3],
    ],
  ])('%j and %j give %j, in either order', (a, b, expected) => {
    expect(broadcastShapes(a, b, 'add')).toEqual(expected)
    expect(broadcastShapes(b, a, 'add')).toEqual(expected)
  })

  test('names both shapes and the dims that do not fit', () => {
    expect(() => broadcastShapes([2, 3], [4], 'add')).toThrow(
      new ShapeError('add: [2, 3] and [4] do not broadcast: 3 against 4'),
    )
    expect(() => broadcastShapes([0], [2], 'mul')).toThrow('mul: [0] and [2] do not broadcast: 0 against 2')
  })

  test('reads repeated axes with stride 0', () => {
    expect(broadcastStrides([4, 1], [2, 4, 3])).toEqual([0, 1, 0])
    expect(broadcastStrides([2, 3], [2, 3])).toEqual([3, 1])
  })
})
