import { describe, expect, test } from 'vitest'
import { ones, tensor, zeros } from '../create.js'
import { ShapeError } from '../errors.js'
import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'
import { argmax } from './argmax.js'
import { max, maxOp } from './max.js'
import { maximum, maximumOp } from './maximum.js'
import { minimum, minimumOp } from './minimum.js'

const float64 = (values: readonly number[] | readonly (readonly number[])[]): Tensor =>
  tensor(values, { dtype: 'float64' }) as Tensor

type Binary = Op<{ a: Tensor; b: Tensor }, Record<never, never>>

/** The gradients of a binary op for its inputs when 1 arrives everywhere. */
function gradients(op: Binary, a: Tensor, b: Tensor): number[][] {
  const output = ones([a.size], { dtype: 'float64' }) as Tensor
  if (typeof op.vjp !== 'function') throw new Error(`${op.name} has no vjp`)
  const given = op.vjp({ inputs: { a, b }, options: {}, outputs: { output }, grads: { output } })
  return [given.a, given.b].map((gradient) => {
    if (typeof gradient !== 'function') throw new Error(gradient.notDifferentiable)
    return [...gradient().dataSync()]
  })
}

describe('maximum and minimum', () => {
  const a = float64([1, 2, 3])
  const b = float64([3, 2, 1])

  test('choose from each pair', () => {
    expect([...maximum(a, b).dataSync()]).toEqual([3, 2, 3])
    expect([...minimum(a, b).dataSync()]).toEqual([1, 2, 1])
    expect([...maximum(a, 2).dataSync()]).toEqual([2, 2, 3])
  })

  test('share the gradient evenly between equal elements', () => {
    const [maximumA, maximumB] = gradients(maximumOp, a, b)
    expect([maximumA, maximumB]).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ])
    const [minimumA, minimumB] = gradients(minimumOp, a, b)
    expect([minimumA, minimumB]).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ])
  })
})

describe('max and argmax', () => {
  const x = float64([
    [1, 5, 5],
    [-7, -8, -9],
  ])

  test('find the largest element, and the first place of it', () => {
    expect([...max(x, { axes: [1] }).dataSync()]).toEqual([5, -7])
    expect(max(x, { axes: [0], keepDims: true }).shape).toEqual([1, 3])
    expect([...argmax(x).dataSync()]).toEqual([1, 0])
    expect([...argmax(x, { axis: 0 }).dataSync()]).toEqual([0, 0, 0])
    expect(argmax(x).dtype).toBe('int32')
  })

  test('share the gradient evenly between equally large elements', () => {
    const output = max(x, { axes: [1] }) as Tensor
    if (typeof maxOp.vjp !== 'function') throw new Error('max has no vjp')
    const grads = { output: float64([2, 3]) }
    const { x: gradient } = maxOp.vjp({ inputs: { x }, options: { axes: [1] }, outputs: { output }, grads })
    expect([...(gradient as () => Tensor)().dataSync()]).toEqual([0, 1, 1, 3, 0, 0])
  })

  test('need an element to choose, unless there is nothing to find', () => {
    expect(() => max(zeros([2, 0]), { axes: [1] })).toThrow(
      new ShapeError('max: [2, 0] has no elements to choose from'),
    )
    expect(() => argmax(zeros([2, 0]))).toThrow(
      new ShapeError('argmax: axis 1 of [2, 0] has no elements to choose from'),
    )
    expect(max(zeros([2, 0]), { axes: [0] }).shape).toEqual([0])
    expect(argmax(zeros([2, 0]), { axis: 0 }).shape).toEqual([0])
  })
})
