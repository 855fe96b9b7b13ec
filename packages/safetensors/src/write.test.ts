import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from './read.js'
import { SafetensorsError } from './safetensors-error.js'
import { type Metadata, type NamedTensors, type WritableTensor, writeSafetensors } from './write.js'

const float16 = Float32Array.of(0, -0, 1, -1.5, 65504, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN)
const bfloat16 = Float32Array.of(0, -0, 1, -1.5, 2 ** 127, 2 ** -133, Number.NEGATIVE_INFINITY, Number.NaN)

/** Any tensor of up to three dimensions, in any dtype. */
const anyTensor: fc.Arbitrary<WritableTensor> = fc
  .array(fc.nat(4), { maxLength: 3 })
  .chain((shape): fc.Arbitrary<WritableTensor> => {
    const length = shape.reduce((count, dim) => count * dim, 1)
    const exactly = { minLength: length, maxLength: length }
    const pick = (numbers: Float32Array) =>
      fc.array(fc.constantFrom(...numbers), exactly).map((values) => Float32Array.from(values))
    return fc.oneof(
      fc.float64Array(exactly).map((data) => ({ dtype: 'F64' as const, shape, data })),
      fc.float32Array(exactly).map((data) => ({ dtype: 'F32' as const, shape, data })),
      pick(float16).map((data) => ({ dtype: 'F16' as const, shape, data })),
      pick(bfloat16).map((data) => ({ dtype: 'BF16' as const, shape, data })),
      fc.bigInt64Array(exactly).map((data) => ({ dtype: 'I64' as const, shape, data })),
      fc.int32Array(exactly).map((data) => ({ dtype: 'I32' as const, shape, data })),
      fc.int16Array(exactly).map((data) => ({ dtype: 'I16' as const, shape, data })),
      fc.int8Array(exactly).map((data) => ({ dtype: 'I8' as const, shape, data })),
      fc.bigUint64Array(exactly).map((data) => ({ dtype: 'U64' as const, shape, data })),
      fc.uint32Array(exactly).map((data) => ({ dtype: 'U32' as const, shape, data })),
      fc.uint16Array(exactly).map((data) => ({ dtype: 'U16' as const, shape, data })),
      fc.uint8Array(exactly).map((data) => ({ dtype: 'U8' as const, shape, data })),
      fc.uint8Array({ ...exactly, max: 1 }).map((data) => ({ dtype: 'BOOL' as const, shape, data })),
    )
  })

const reserved = ['__metadata__', '__proto__', 'constructor', 'prototype']
const anyName = fc.oneof(
  fc.string({ unit: 'binary' }).filter((name) => !reserved.includes(name)),
  fc.nat(20).map(String),
)
const anyTensors = fc.uniqueArray(fc.tuple(anyName, anyTensor), { selector: ([name]) => name, maxLength: 6 })
const anyMetadata = fc.dictionary(anyName, fc.string({ unit: 'binary' }))

function headerOf(file: Uint8Array): string {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true))
  return new TextDecoder().decode(file.subarray(8, 8 + length))
}

describe('what writeSafetensors writes', () => {
  it('is read back equal: names, order, dtypes, shapes, numbers and metadata', () => {
    fc.assert(
      fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
        const file = readSafetensors(writeSafetensors(tensors, metadata))
        expect([...file.entries.keys()].map((name) => [name, file.get(name)])).toEqual(
          tensors.map(([name, tensor]) => [name, { name, ...tensor }]),
        )
        expect([...file.metadata].sort()).toEqual(Object.entries(metadata).sort())
      }),
    )
  })

  it('is the same bytes when what was read is written again', () => {
    fc.assert(
      fc.property(anyTensors, (tensors) => {
        const written = writeSafetensors(tensors)
        const file = readSafetensors(written)
        expect(writeSafetensors([...file.entries.keys()].map((name) => [name, file.get(name)]))).toEqual(
          written,
        )
      }),
    )
  })

  it('has a header that ends in spaces at a multiple of 8 bytes, and the data right after it', () => {
    const file = writeSafetensors([
      ['b', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ['a', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }],
    ])
    const json =
      '{"b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"a":{"dtype":"F32","shape":[1],"data_offsets":[3,7]}}'
    expect(headerOf(file)).toBe(json.padEnd(112))
    expect([...file.subarray(8 + 112)]).toEqual([1, 2, 3, 0, 0, 0x80, 0x3f])
  })

  it('keeps the order given for names that look like numbers', () => {
    const tensor = { dtype: 'U8', shape: [], data: Uint8Array.of(0) } as const
    const file = writeSafetensors(['b', '10', '9'].map((name) => [name, tensor] as const))
    expect([...readSafetensors(file).entries.keys()]).toEqual(['b', '10', '9'])
  })

  it('takes views into larger arrays', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    const file = readSafetensors(writeSafetensors([['x', { dtype: 'F32', shape: [2], data }]]))
    expect(file.get('x').data).toEqual(Float32Array.of(2, 3))
  })

  it('may hold no tensor at all', () => {
    expect(headerOf(writeSafetensors([]))).toBe('{}      ')
    expect(headerOf(writeSafetensors([], { step: '3' }))).toBe('{"__metadata__":{"step":"3"}}   ')
  })
})

describe('what cannot be written', () => {
  const data = Float32Array.of(1, 2)
  const good = { dtype: 'F32', shape: [2], data } as const
  const cases: [string, NamedTensors, string][] = [
    ['another count', [['x', { ...good, shape: [3] }]], 'tensor "x": shape [3] does not hold 2 numbers'],
    [
      'a broken shape',
      [['x', { ...good, shape: [0.5, 4] }]],
      'tensor "x": shape [0.5, 4] is not of whole numbers ≥ 0, or too large',
    ],
    [
      'negative dims',
      [['x', { ...good, shape: [-1, -2] }]],
      'tensor "x": shape [-1, -2] is not of whole numbers ≥ 0, or too large',
    ],
    [
      'another array',
      [['x', { ...good, dtype: 'I32' }]],
      'tensor "x": I32 takes a Int32Array, not a Float32Array',
    ],
    [
      'raw words for half precision',
      [['x', { dtype: 'F16', shape: [1], data: Uint16Array.of(0) }]],
      'tensor "x": F16 takes a Float32Array, not a Uint16Array',
    ],
    ['an unknown dtype', [['x', { ...good, dtype: 'F8' as 'F32' }]], 'tensor "x": there is no dtype F8'],
    [
      'a name twice',
      [
        ['x', good],
        ['x', good],
      ],
      'tensor "x": the name is given twice',
    ],
    ['__proto__', [['__proto__', good]], 'tensor "__proto__": a tensor may not have this name'],
    ['__metadata__', [['__metadata__', good]], 'tensor "__metadata__": a tensor may not have this name'],
    ['half a surrogate', [['\ud800', good]], 'tensor "\\ud800": a tensor may not have this name'],
  ]

  it.each(cases)('%s', (_, tensors, message) => {
    expect(() => writeSafetensors(tensors)).toThrow(SafetensorsError)
    expect(() => writeSafetensors(tensors)).toThrow(message)
  })

  it.each([
    ['a number', { step: 3 } as unknown as Metadata],
    ['a reserved key', { constructor: 'x' } as unknown as Metadata],
    ['half a surrogate', { step: '\udfff' }],
  ])('metadata with %s', (_, metadata) => {
    expect(() => writeSafetensors([], metadata)).toThrow(/^metadata ".*" cannot be written/)
  })
})
