import { afterEach, describe, expect, test } from 'vitest'
import { type Backend, getBackend, setBackend } from './backend.js'
import { ones, tensor } from './create.js'
import { BackendError } from './errors.js'
import { jsBackend } from './js-backend.js'
import { add } from './ops/add.js'
import { Parameter } from './parameter.js'

const other: Backend = { ...jsBackend, name: 'other' }
const { readSync: _readSync, ...waiting } = { ...jsBackend, name: 'waiting' }

afterEach(() => setBackend(jsBackend))

describe('backends', () => {
  test('are js unless another one is set', () => {
    expect(getBackend()).toBe(jsBackend)
    setBackend(other)
    expect(getBackend()).toBe(other)
  })

  test('are remembered by the tensors whose numbers they hold', () => {
    const onJs = add(tensor([1]), 1)
    setBackend(other)
    expect(onJs.backend).toBe(jsBackend)
    expect(add(onJs, 1).backend).toBe(jsBackend)
    expect(add(tensor([1]), 1).backend).toBe(other)
  })

  test('do not mix, and the error says how to move a tensor', async () => {
    const onJs = add(tensor([1, 2]), 1)
    setBackend(other)
    const onOther = add(tensor([1, 2]), 1)
    expect(() => add(onJs, onOther)).toThrow(
      new BackendError(
        'add: inputs live on two backends, js and other; ' +
          'move one with tensor(await t.data(), { shape: t.shape, dtype: t.dtype }) after setBackend(…)',
      ),
    )
    const moved = tensor(await onJs.data(), { shape: onJs.shape, dtype: onJs.dtype })
    expect([...add(moved, onOther).dataSync()]).toEqual([4, 6])
  })

  test('take a constant that nobody has read yet wherever it is used', () => {
    const constant = ones([2])
    setBackend(other)
    expect(add(add(tensor([1, 2]), 1), constant).backend).toBe(other)
    expect(constant.backend).toBe(other)
  })

  test('hold a parameter from its first use on', () => {
    const parameter = new Parameter({ shape: [2], dtype: 'float32' }, () => Float32Array.of(1, 2))
    setBackend(other)
    expect(add(parameter.value, 1).backend).toBe(other)
    setBackend(jsBackend)
    expect(() => add(parameter.value, add(tensor([1, 2]), 1))).toThrow(BackendError)
  })

  test('that cannot read without waiting say so', async () => {
    setBackend(waiting)
    const t = add(tensor([1, 2]), 1)
    expect(() => t.dataSync()).toThrow(
      new BackendError('dataSync(): backend waiting cannot read without waiting; use await t.data()'),
    )
    expect([...(await t.data())]).toEqual([2, 3])
  })
})
