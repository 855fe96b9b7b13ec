import { describe, expect, test } from 'vitest'
import { arange, full, ones, rand, randn, tensor, zeros } from './create.js'
import type { Data, DType } from './dtype.js'
import { DTypeError, isGyreError, ShapeError } from './errors.js'
import { Rng } from './rng.js'

describe('tensor', () => {
  test('takes its shape from the nesting of arrays', () => {
    const t = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(t.shape).toEqual([2, 3])
    expect(t.dtype).toBe('float32')
    expect([...t.dataSync()]).toEqual([1, 2, 3, 4, 5, 6])
    expect(tensor(5).shape).toEqual([])
    expect(tensor([[], []]).shape).toEqual([2, 0])
  })

  test('takes its dtype from a typed array', () => {
    const cases: [Data, DType][] = [
      [new Float32Array(2), 'float32'],
      [new Float64Array(2), 'float64'],
      [new Int32Array(2), 'int32'],
      [new Uint8Array(2), 'bool'],
    ]
    for (const [data, dtype] of cases) expect(tensor(data).dtype).toBe(dtype)
  })

  test('reads complex numbers as interleaved pairs', () => {
    const t = tensor([1, 2, 3, 4], { dtype: 'complex64' })
    expect(t.shape).toEqual([2])
    expect([...t.dataSync()]).toEqual([1, 2, 3, 4])
    expect(() => tensor([1, 2, 3], { dtype: 'complex64' })).toThrow(
      'tensor: shape [1] of complex64 needs 2 numbers, got 3',
    )
  })

  test('holds truth as 0 and 1', () => {
    const data = tensor([true, false, 2, 0.5, 256], { dtype: 'bool' }).dataSync()
    expect([...data]).toEqual([1, 0, 1, 1, 1])
    expect([...full([2], 0.5, { dtype: 'bool' }).dataSync()]).toEqual([1, 1])
  })

  test.each([
    [[[1, 2], [3]], '[2, 2]'],
    [[1, [2]], '[2]'],
    [[[1], 2], '[2, 1]'],
    [[[[1]], [[2, 3]]], '[2, 1, 1]'],
  ])('refuses the ragged %j', (nested, shape) => {
    expect(() => tensor(nested)).toThrow(
      new ShapeError(`tensor: nested arrays are ragged; the first entries have shape ${shape}`),
    )
  })

  test('refuses as many numbers as the shape does not hold', () => {
    expect(() => tensor(new Float32Array(5), { shape: [2, 3] })).toThrow(
      new ShapeError('tensor: shape [2, 3] of float32 needs 6 numbers, got 5'),
    )
    expect(() => tensor([1, 2], { shape: [-2] })).toThrow('tensor: a shape holds integers ≥ 0, not [-2]')
  })

  test('refuses a typed array that no dtype holds, in an error that carries the marker', () => {
    let thrown: unknown
    try {
      tensor(new Int16Array(2) as unknown as Data)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(DTypeError)
    expect(isGyreError(thrown)).toBe(true)
    expect((thrown as Error).message).toContain('got [object Int16Array]')
  })

  test('gives copies of its numbers', async () => {
    const t = tensor([1, 2])
    t.dataSync().fill(9)
    ;(await t.data()).fill(9)
    expect([...t.dataSync()]).toEqual([1, 2])
  })

  test('gives the one number of a tensor of one element', async () => {
    expect(tensor([[7]]).itemSync()).toBe(7)
    expect(await tensor(7).item()).toBe(7)
    expect(() => tensor([1, 2]).itemSync()).toThrow('item() needs one real element, not shape [2] of float32')
  })
})

describe('creation', () => {
  test('fills, in every dtype', () => {
    expect([...ones([2, 2]).dataSync()]).toEqual([1, 1, 1, 1])
    expect([...full([2], 3, { dtype: 'complex128' }).dataSync()]).toEqual([3, 0, 3, 0])
    expect([...arange(4).dataSync()]).toEqual([0, 1, 2, 3])
    expect([...arange(2, { dtype: 'complex64' }).dataSync()]).toEqual([0, 0, 1, 0])
    expect(arange(2).dtype).toBe('int32')
  })

  test('allocates nothing before a number is read', () => {
    // 8 petabytes: whoever allocated them here would throw.
    const huge = zeros([2 ** 25, 2 ** 25], { dtype: 'float64' })
    expect(huge.size).toBe(2 ** 50)
    expect(huge.backend).toBeUndefined()
    expect(() => huge.dataSync()).toThrow(RangeError)
    const small = zeros([2])
    small.dataSync()
    expect(small.backend?.name).toBe('js')
  })

  test('draws the same numbers for the same seed, and goes on in a stream', () => {
    expect(randn([5], { seed: 3 }).dataSync()).toEqual(randn([5], { seed: 3 }).dataSync())
    expect(randn([5], { seed: 3 }).dataSync()).not.toEqual(randn([5], { seed: 4 }).dataSync())
    const stream = new Rng(3)
    const first = rand([4], { seed: stream }).dataSync()
    expect(rand([4], { seed: stream }).dataSync()).not.toEqual(first)
    expect(rand([4], { seed: 3 }).dataSync()).toEqual(first)
  })

  test('rounds the float64 numbers that it draws to float32', () => {
    const wide = randn([6], { seed: 1, dtype: 'float64' }).dataSync()
    expect(randn([6], { seed: 1 }).dataSync()).toEqual(Float32Array.from(wide))
  })

  test('names the function that was given a bad shape', () => {
    expect(() => zeros([-1])).toThrow('full: a shape holds integers ≥ 0, not [-1]')
    expect(() => arange(2.5)).toThrow('arange: a shape holds integers ≥ 0, not [2.5]')
    expect(() => randn([2.5], { seed: 1 })).toThrow('randn: a shape holds integers ≥ 0, not [2.5]')
  })
})
