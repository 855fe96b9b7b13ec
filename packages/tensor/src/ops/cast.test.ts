import { expect, test } from 'vitest'
import { tensor, zeros } from '../create.js'
import type { DType } from '../dtype.js'
import { DTypeError } from '../errors.js'
import type { Tensor } from '../tensor.js'
import { cast, castOp } from './cast.js'

const x = tensor([-1.75, -0.25, 0, 0.1, 2.5], { dtype: 'float64' })

test('cast rounds to float32, cuts to int32 towards zero, and takes what is not 0 as true', () => {
  expect([...cast(x, 'float32').dataSync()]).toEqual([-1.75, -0.25, 0, Math.fround(0.1), 2.5])
  expect([...cast(x, 'int32').dataSync()]).toEqual([-1, 0, 0, 0, 2])
  expect([...cast(x, 'bool').dataSync()]).toEqual([1, 1, 0, 1, 1])
  expect([...cast(cast(x, 'bool'), 'float32').dataSync()]).toEqual([1, 1, 0, 1, 1])
})

test('cast to the same dtype is the tensor itself', () => {
  expect(cast(x, 'float64')).toBe(x)
})

test('cast does not go between real and complex numbers', () => {
  expect(() => cast(x, 'complex128')).toThrow(
    new DTypeError('cast: float64 to complex128: use real(x), imag(x) or complex(re, im)'),
  )
  expect(() => cast(zeros([2], { dtype: 'complex64' }), 'float32')).toThrow(
    'cast: complex64 to float32: use real(x), imag(x) or complex(re, im)',
  )
})

test.each([
  ['float64', 'float32', true],
  ['complex64', 'complex128', true],
  ['float32', 'int32', false],
  ['float32', 'bool', false],
  ['int32', 'float32', false],
] as const)('cast from %s to %s is differentiable: %s', (from: DType, dtype: DType, expected) => {
  const input = zeros([2], { dtype: from }) as Tensor
  const output = zeros([2], { dtype }) as Tensor
  if (typeof castOp.vjp !== 'function') throw new Error('cast has no vjp')
  const { x: gradient } = castOp.vjp({
    inputs: { x: input },
    options: { dtype },
    outputs: { output },
    grads: { output },
  })
  expect(typeof gradient === 'function').toBe(expected)
  if (typeof gradient === 'function') expect(gradient().dtype).toBe(from)
})
