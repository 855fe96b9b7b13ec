import { describe, expect, test } from 'vitest'
import { ones, tensor, zeros } from './create.js'
import { DTypeError, ParameterError, ShapeError } from './errors.js'
import { add } from './ops/add.js'
import { type Initializer, Parameter } from './parameter.js'
import { Rng } from './rng.js'
import { scope } from './scope.js'

const spec = { shape: [2], dtype: 'float32' } as const
const random: Initializer = (_spec, rng) => Float32Array.from(rng().normals(2))

describe('a parameter', () => {
  test('makes its numbers once, when they are first read', () => {
    let made = 0
    const parameter = new Parameter(spec, () => {
      made++
      return Float32Array.of(1, 2)
    })
    const { value } = parameter
    expect(value.shape).toEqual([2])
    expect(made).toBe(0)
    expect([...value.dataSync()]).toEqual([1, 2])
    expect([...parameter.value.dataSync()]).toEqual([1, 2])
    expect(made).toBe(1)
  })

  test('is made at any size without allocating it', () => {
    const parameter = new Parameter({ shape: [2 ** 20, 2 ** 20], dtype: 'float32' }, () => {
      throw new Error('drawn')
    })
    expect(parameter.value.size).toBe(2 ** 40)
    expect(() => new Parameter({ shape: [-1], dtype: 'float32' }, random)).toThrow(
      'Parameter: a shape holds integers ≥ 0, not [-1]',
    )
  })

  test('changes by assignment, and a value taken before keeps its numbers', () => {
    const parameter = new Parameter(spec, () => Float32Array.of(1, 2))
    const before = parameter.value
    parameter.assign(add(parameter.value, 1))
    expect([...before.dataSync()]).toEqual([1, 2])
    expect([...parameter.value.dataSync()]).toEqual([2, 3])
  })

  test('keeps its shape and dtype', () => {
    const parameter = new Parameter(spec, () => Float32Array.of(1, 2))
    expect(() => parameter.assign(ones([3]))).toThrow(
      new ShapeError('Parameter.assign: expected shape [2], got [3]'),
    )
    expect(() => parameter.assign(ones([2], { dtype: 'float64' }))).toThrow(
      new DTypeError('Parameter.assign: expected dtype float32, got float64'),
    )
    expect([...parameter.value.dataSync()]).toEqual([1, 2])
  })

  test('says how to seed it when it is drawn at random without a seed', () => {
    const parameter = new Parameter(spec, random)
    expect(() => parameter.value.dataSync()).toThrow(
      new ParameterError(
        'a parameter of shape [2] is drawn at random and has no seed; call seedParameters(module, seed)',
      ),
    )
    parameter.seed(new Rng(5))
    expect(parameter.value.dataSync()).toEqual(Float32Array.from(new Rng(5).normals(2)))
  })

  test('outlives the scope that first reads it, and the one that assigns it', () => {
    const parameter = new Parameter(spec, () => Float32Array.of(1, 2))
    scope(() => {
      parameter.value.dataSync()
    })
    expect([...parameter.value.dataSync()]).toEqual([1, 2])
    scope(() => parameter.assign(add(parameter.value, tensor([10, 20]))))
    expect([...parameter.value.dataSync()]).toEqual([11, 22])
    scope(() => parameter.assign(zeros([2])))
    expect([...parameter.value.dataSync()]).toEqual([0, 0])
  })
})
