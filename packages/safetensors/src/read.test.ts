import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { SafetensorsDType } from './dtype.js'
import { type ByteSource, int32Of, openSafetensors, readSafetensors, type TensorData } from './read.js'
import { SafetensorsError } from './safetensors-error.js'
import { writeSafetensors } from './write.js'

const fixtures = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url))
const fixtureFiles = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.safetensors'),
)

/** A file with one tensor of raw bytes. */
function fileOf(dtype: SafetensorsDType, shape: readonly number[], bytes: readonly number[]): Uint8Array {
  const json = JSON.stringify({ x: { dtype, shape, data_offsets: [0, bytes.length] } })
  const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8))
  return Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...header, ...bytes)
}

const small = writeSafetensors(
  [
    ['matrix', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['scalar', { dtype: 'I64', shape: [], data: BigInt64Array.of(-7n) }],
    ['nothing', { dtype: 'F64', shape: [4, 0], data: new Float64Array(0) }],
  ],
  { format: 'pt' },
)

describe('the numbers of each dtype', () => {
  const cases: [SafetensorsDType, number[], TensorData['data']][] = [
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0xbf, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f], Float64Array.of(-1.5, Infinity)],
    ['F32', [0, 0, 0xc0, 0xbf, 1, 0, 0, 0], Float32Array.of(-1.5, 2 ** -149)],
    ['F16', [0x00, 0xbe, 0x01, 0x00], Float32Array.of(-1.5, 2 ** -24)],
    ['BF16', [0xc0, 0xbf, 0x01, 0x00], Float32Array.of(-1.5, 2 ** -133)],
    ['I64', [0xfe, ...Array(7).fill(0xff), 0, 0, 0, 0, 0, 0, 0, 0x80], BigInt64Array.of(-2n, -(2n ** 63n))],
    ['I32', [0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0], Int32Array.of(-2, 1)],
    ['I16', [0xfe, 0xff, 1, 0], Int16Array.of(-2, 1)],
    ['I8', [0xfe, 1], Int8Array.of(-2, 1)],
    ['U64', [...Array(8).fill(0xff), 1, 0, 0, 0, 0, 0, 0, 0], BigUint64Array.of(2n ** 64n - 1n, 1n)],
    ['U32', [0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0], Uint32Array.of(2 ** 32 - 2, 1)],
    ['U16', [0xfe, 0xff, 1, 0], Uint16Array.of(65534, 1)],
    ['U8', [0xfe, 1], Uint8Array.of(254, 1)],
    ['BOOL', [0, 1], Uint8Array.of(0, 1)],
  ]

  it.each(cases)('%s', (dtype, bytes, expected) => {
    expect(readSafetensors(fileOf(dtype, [2], bytes)).get('x')).toEqual({
      name: 'x',
      dtype,
      shape: [2],
      data: expected,
    })
  })

  it('has the array of its dtype in the type', () => {
    const tensor = readSafetensors(small).get('matrix')
    if (tensor.dtype === 'BF16') expectTypeOf(tensor.data).toEqualTypeOf<Float32Array>()
    if (tensor.dtype === 'I64') expectTypeOf(tensor.data).toEqualTypeOf<BigInt64Array>()
    if (tensor.dtype === 'BOOL') expectTypeOf(tensor.data).toEqualTypeOf<Uint8Array>()
  })
})

describe('readSafetensors', () => {
  it('gives entries in file order, metadata, scalars and empty tensors', () => {
    const file = readSafetensors(small)
    expect([...file.entries.keys()]).toEqual(['matrix', 'scalar', 'nothing'])
    expect([...file.metadata]).toEqual([['format', 'pt']])
    expect(file.get('scalar')).toMatchObject({ shape: [], data: BigInt64Array.of(-7n) })
    expect(file.get('nothing')).toMatchObject({ shape: [4, 0], data: new Float64Array(0) })
  })

  it('copies nothing where the bytes are aligned', () => {
    const { data } = readSafetensors(small).get('matrix')
    expect(data.buffer).toBe(small.buffer)
    expect(readSafetensors(small.buffer as ArrayBuffer).get('matrix').data.buffer).toBe(small.buffer)
  })

  it.each([1, 2, 3, 5])('copies where a file begins %i bytes off', (shift) => {
    const room = new Uint8Array(small.length + shift)
    room.set(small, shift)
    for (const bytes of [room.subarray(shift), Buffer.from(room.buffer, shift)]) {
      const { data } = readSafetensors(bytes).get('matrix')
      expect(data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
      expect(data.buffer).not.toBe(room.buffer)
    }
  })

  it('reads tensors that lie unaligned within the file', () => {
    const file = writeSafetensors([
      ['byte', { dtype: 'U8', shape: [1], data: Uint8Array.of(9) }],
      ['double', { dtype: 'F64', shape: [1], data: Float64Array.of(Math.PI) }],
      ['empty', { dtype: 'F64', shape: [0], data: new Float64Array(0) }],
    ])
    expect(readSafetensors(file).get('double').data).toEqual(Float64Array.of(Math.PI))
    expect(readSafetensors(file).get('empty').data).toEqual(new Float64Array(0))
  })

  it('reads bytes that are shared between threads', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(small.length))
    shared.set(small)
    expect(readSafetensors(shared).get('matrix').data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
  })

  it('names the file and the tensor that it does not have', () => {
    const file = readSafetensors(small, { source: 'model.safetensors' })
    expect(() => file.get('bias')).toThrow(
      new SafetensorsError("there is no such tensor among the file's 3", {
        source: 'model.safetensors',
        tensor: 'bias',
      }),
    )
    expect(() => file.get('__proto__')).toThrow(SafetensorsError)
  })

  it('rejects a small file cut at any byte', () => {
    for (let length = 0; length < small.length; length++) {
      expect(() => readSafetensors(small.slice(0, length))).toThrow(SafetensorsError)
    }
  })

  it.each(fixtureFiles)('reads PyTorch’s %s', (path) => {
    const file = readSafetensors(readFileSync(fixtures + path), { source: path })
    expect(file.entries.size).toBeGreaterThan(0)
    for (const { name, shape } of file.entries.values()) {
      expect(file.get(name).data).toHaveLength(shape.reduce((count, dim) => count * dim, 1))
    }
  })

  it.each(fixtureFiles)('gives the bytes of PyTorch’s %s back when they are written again', (path) => {
    const bytes = new Uint8Array(readFileSync(fixtures + path))
    const file = readSafetensors(bytes)
    const inFileOrder = [...file.entries.values()].sort((a, b) => a.offset - b.offset)
    const written = writeSafetensors(
      inFileOrder.map(({ name }) => [name, file.get(name)]),
      Object.fromEntries(file.metadata),
    )
    const dataLength = inFileOrder.reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(Buffer.compare(written.subarray(-dataLength), bytes.subarray(-dataLength))).toBe(0)
    expect(readSafetensors(written).metadata).toEqual(file.metadata)
  })

  it('has fixtures to read', () => {
    expect(fixtureFiles.length).toBeGreaterThan(10)
  })
})

describe('openSafetensors', () => {
  it('reads a Blob', async () => {
    const file = await openSafetensors(new Blob([small as Uint8Array<ArrayBuffer>]))
    expect(await file.get('matrix')).toEqual(readSafetensors(small).get('matrix'))
    expect(await file.get('scalar')).toEqual(readSafetensors(small).get('scalar'))
    expect(await file.get('nothing')).toEqual(readSafetensors(small).get('nothing'))
  })

  it('rejects a Blob cut at any byte', async () => {
    for (let length = 0; length < small.length; length++) {
      const blob = new Blob([small.slice(0, length)])
      await expect(openSafetensors(blob)).rejects.toThrow(SafetensorsError)
    }
  })

  it('reads the header, and then only the tensor asked for', async () => {
    const reads: [number, number][] = []
    const source: ByteSource = {
      size: small.length,
      read: async (offset, length) => {
        reads.push([offset, length])
        return small.slice(offset, offset + length)
      },
    }
    const file = await openSafetensors(source)
    const { offset, byteLength } = file.entries.get('scalar')!
    expect(reads.splice(0)).toEqual([
      [0, 8],
      [8, file.entries.get('matrix')!.offset - 8],
    ])
    await file.get('scalar')
    expect(reads).toEqual([[offset, byteLength]])
  })

  it('says which tensor a source gave too few bytes for', async () => {
    const source: ByteSource = {
      size: small.length,
      read: async (offset, length) => small.slice(offset, Math.min(offset + length, small.length - 10)),
    }
    const file = await openSafetensors(source, { source: 'x' })
    const { offset } = file.entries.get('matrix')!
    await expect(file.get('matrix')).rejects.toThrow(
      `x: byte ${offset}: tensor "matrix": expected 24 bytes, got 22; the file is truncated or was changed`,
    )
  })

  it.each([Number.NaN, -1, 0.5])('rejects a source of %d bytes', async (size) => {
    const source: ByteSource = { size, read: async () => new Uint8Array(0) }
    await expect(openSafetensors(source)).rejects.toThrow(`the size is ${size}; expected a number of bytes`)
  })
})

describe('int32Of', () => {
  it.each([
    ['I64', BigInt64Array.of(-100n, 2n ** 31n - 1n), [-100, 2 ** 31 - 1]],
    ['U64', BigUint64Array.of(7n), [7]],
    ['I32', Int32Array.of(-(2 ** 31)), [-(2 ** 31)]],
    ['U32', Uint32Array.of(7), [7]],
    ['I16', Int16Array.of(-7), [-7]],
    ['U8', Uint8Array.of(255), [255]],
    ['BOOL', Uint8Array.of(0, 1), [0, 1]],
  ] as const)('takes %s', (dtype, data, expected) => {
    const file = readSafetensors(writeSafetensors([['ids', { dtype, shape: [data.length], data }]]))
    expect(int32Of(file.get('ids'))).toEqual(Int32Array.from(expected))
  })

  it.each([2n ** 31n, -(2n ** 31n) - 1n, 2n ** 53n + 1n])('names the index of %d', (value) => {
    const tensor = { name: 'ids', dtype: 'I64', shape: [2], data: BigInt64Array.of(0n, value) } as const
    expect(() => int32Of(tensor)).toThrow(`tensor "ids": ${value} at index 1 does not fit into 32 bits`)
  })

  it('rejects numbers that are not integers', () => {
    expect(() => int32Of(readSafetensors(small).get('matrix'))).toThrow(
      'tensor "matrix": dtype is F32; expected integers',
    )
  })
})
