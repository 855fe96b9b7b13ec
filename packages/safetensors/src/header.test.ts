import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteSource } from './read.js'
import { openSafetensors, readSafetensors } from './read.js'
import { SafetensorsError } from './safetensors-error.js'

/** A file with this header, as text or as bytes, and so many bytes of data. */
function fileOf(header: string | Uint8Array, dataLength = 0): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const file = new Uint8Array(8 + text.length + dataLength)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

function claiming(headerLength: bigint, fileSize = 64): Uint8Array {
  const file = new Uint8Array(fileSize)
  new DataView(file.buffer).setBigUint64(0, headerLength, true)
  return file
}

const f32 = (shape: string, begin: number, end: number): string =>
  `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`

function errorOf(file: Uint8Array): SafetensorsError {
  try {
    readSafetensors(file, { source: 'x.safetensors' })
  } catch (error) {
    expect(error).toBeInstanceOf(SafetensorsError)
    return error as SafetensorsError
  }
  throw new Error('the file was read')
}

const lengths: [string, Uint8Array, string][] = [
  ['an empty file', new Uint8Array(0), 'the file has 0 bytes; a safetensors file has at least 8'],
  ['seven bytes', new Uint8Array(7), 'the file has 7 bytes; a safetensors file has at least 8'],
  [
    'a header that claims 10^15 bytes',
    claiming(10n ** 15n),
    'byte 0: the header claims 1000000000000000 bytes, but 56 follow; the file is truncated or not safetensors',
  ],
  [
    'a header that claims 2^64 - 1 bytes',
    claiming(2n ** 64n - 1n),
    'byte 0: the header claims 18446744073709551615 bytes, but 56 follow; the file is truncated or not safetensors',
  ],
  [
    'a header one byte longer than the file',
    claiming(57n),
    'byte 0: the header claims 57 bytes, but 56 follow; the file is truncated or not safetensors',
  ],
]

const texts: [string, string | Uint8Array, string][] = [
  ['an empty header', '', 'byte 8: the header is not a JSON object'],
  ['a header that is not JSON', 'weights', 'byte 8: the header is not a JSON object'],
  ['an array', '[]', 'byte 8: the header is not a JSON object'],
  ['space before the object', ' {}', 'byte 8: the header is not a JSON object'],
  ['a byte-order mark', '\ufeff{}', 'byte 8: the header is not a JSON object'],
  ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xff), 'byte 8: the header, 2 bytes, is not UTF-8'],
  ['an object without end', '{', 'byte 9: expected a string, found the end of the header'],
  ['a string without end', '{"a', 'byte 9: a string has no end'],
  ['a string that ends in a backslash', '{"a\\', 'byte 9: a string has no end'],
  ['an unknown escape', '{"\\x":1}', 'byte 9: a string has an unknown escape or a control character'],
  ['a line break in a string', '{"\n":1}', 'byte 9: a string has an unknown escape or a control character'],
  ['half a surrogate pair', '{"\\ud800":1}', 'byte 9: a string holds half a surrogate pair'],
  ['text after the object', '{} {}', 'byte 11: expected the end of the header, found "{"'],
  ['a comma too many', `{"a":${f32('[0]', 0, 0)},}`, 'byte 62: expected a string, found "}"'],
  ['a tensor that is a number', '{"a":1}', 'byte 13: tensor "a": expected {, found "1"'],
  [
    'the same name twice',
    `{"é":${f32('[0]', 0, 0)},"\\u00e9":${f32('[0]', 0, 0)}}`,
    'byte 63: the key "é" appears twice',
  ],
  [
    'the same field twice',
    '{"a":{"dtype":"F32","dtype":"F32"}}',
    'byte 28: tensor "a": the key "dtype" appears twice',
  ],
  [
    'two __metadata__',
    '{"__metadata__":{},"__metadata__":{}}',
    'byte 27: the key "__metadata__" appears twice',
  ],
  ['a metadata key twice', '{"__metadata__":{"a":"","a":""}}', 'byte 32: the key "a" appears twice'],
  ['__proto__', '{"__proto__":{"dtype":"F32"}}', 'byte 9: a tensor may not be named __proto__'],
  ['__proto__ in escapes', '{"__proto\\u005f_":{}}', 'byte 9: a tensor may not be named __proto__'],
  ['constructor', '{"constructor":{}}', 'byte 9: a tensor may not be named constructor'],
  ['prototype', '{"prototype":{}}', 'byte 9: a tensor may not be named prototype'],
  [
    '__proto__ in the metadata',
    '{"__metadata__":{"__proto__":"x"}}',
    'byte 25: a key of __metadata__ may not be __proto__',
  ],
  [
    '__proto__ in a tensor',
    '{"a":{"__proto__":{"dtype":"F32"}}}',
    'byte 14: tensor "a": the key "__proto__" is unknown; expected dtype, shape and data_offsets',
  ],
  ['metadata that is not text', '{"__metadata__":{"a":1}}', 'byte 29: expected a string, found "1"'],
  ['metadata that is nested', '{"__metadata__":{"a":{}}}', 'byte 29: expected a string, found "{"'],
  ['metadata that is a list', '{"__metadata__":[]}', 'byte 24: expected {, found "["'],
  ['no dtype', '{"a":{"shape":[],"data_offsets":[0,4]}}', 'byte 13: tensor "a": dtype is missing'],
  ['no shape', '{"a":{"dtype":"F32","data_offsets":[0,4]}}', 'byte 13: tensor "a": shape is missing'],
  ['no offsets', '{"a":{"dtype":"F32","shape":[]}}', 'byte 13: tensor "a": data_offsets is missing'],
  [
    'an unknown dtype',
    '{"a":{"dtype":"F8_E4M3","shape":[],"data_offsets":[0,4]}}',
    'byte 13: tensor "a": dtype is "F8_E4M3"; expected F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL',
  ],
  [
    'a dtype that is a property of every object',
    '{"a":{"dtype":"toString","shape":[],"data_offsets":[0,4]}}',
    'byte 13: tensor "a": dtype is "toString"; expected F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL',
  ],
  [
    'a negative dimension',
    `{"a":${f32('[-1]', 0, 4)}}`,
    'byte 37: tensor "a": expected an integer from 0, found "-1"',
  ],
  [
    'a broken dimension',
    `{"a":${f32('[1.5]', 0, 4)}}`,
    'byte 38: tensor "a": expected a comma or ], found ".5"',
  ],
  [
    'a dimension with an exponent',
    `{"a":${f32('[1e0]', 0, 4)}}`,
    'byte 38: tensor "a": expected a comma or ], found "e0"',
  ],
  [
    'a dimension with a leading zero',
    `{"a":${f32('[01]', 0, 4)}}`,
    'byte 37: tensor "a": expected an integer from 0, found "01"',
  ],
  [
    'a dimension that is null',
    `{"a":${f32('[null]', 0, 4)}}`,
    'byte 37: tensor "a": expected an integer from 0, found "null"',
  ],
  [
    'a dimension of 2^53',
    `{"a":${f32('[9007199254740992]', 0, 4)}}`,
    'byte 37: tensor "a": an integer is larger than 2^53 − 1',
  ],
  [
    'a dimension of 400 digits',
    `{"a":${f32(`[${'9'.repeat(400)}]`, 0, 4)}}`,
    'byte 37: tensor "a": an integer is larger than 2^53 − 1',
  ],
  [
    'a shape whose product overflows to zero in 64 bits',
    `{"a":${f32('[4294967296,4294967296,1]', 0, 0)}}`,
    'byte 13: tensor "a": shape [4294967296, 4294967296, 1] of F32 takes more than 2^53 − 1 bytes',
  ],
  [
    'offsets for another shape',
    `{"a":${f32('[2]', 0, 4)}}`,
    'byte 13: tensor "a": shape [2] of F32 takes 8 bytes, but data_offsets [0, 4] hold 4',
  ],
  [
    'offsets in reverse',
    `{"a":${f32('[1]', 4, 0)}}`,
    'byte 13: tensor "a": shape [1] of F32 takes 4 bytes, but data_offsets [4, 0] hold -4',
  ],
  [
    'one offset',
    '{"a":{"dtype":"F32","shape":[],"data_offsets":[4]}}',
    'byte 13: tensor "a": data_offsets are 1 integers; expected 2',
  ],
]

const layouts: [string, string, number, string][] = [
  [
    'data beyond the end',
    `{"a":${f32('[2]', 0, 8)}}`,
    4,
    'byte 62: tensor "a": it ends at byte 70, but the file has 66; the file is truncated',
  ],
  [
    'a tensor of 10^15 bytes',
    `{"a":${f32('[250000000000000]', 0, 1e15)}}`,
    4,
    'byte 91: tensor "a": it ends at byte 1000000000000091, but the file has 95; the file is truncated',
  ],
  [
    'an overlap',
    `{"b":${f32('[2]', 4, 12)},"a":${f32('[2]', 0, 8)}}`,
    12,
    'byte 120: tensor "b": it overlaps tensor "a", which ends at byte 124',
  ],
  [
    'the same bytes twice',
    `{"a":${f32('[1]', 0, 4)},"b":${f32('[1]', 0, 4)}}`,
    4,
    'byte 115: tensor "b": it overlaps tensor "a", which ends at byte 119',
  ],
  [
    'a gap',
    `{"a":${f32('[1]', 0, 4)},"b":${f32('[1]', 8, 12)}}`,
    12,
    'byte 124: tensor "b": there is a gap before it: tensor "a" ends at byte 120',
  ],
  [
    'a gap after the header',
    `{"a":${f32('[1]', 4, 8)}}`,
    8,
    'byte 66: tensor "a": there is a gap before it: the header ends at byte 62',
  ],
  [
    'bytes after the last tensor',
    `{"a":${f32('[1]', 0, 4)}}`,
    7,
    'byte 66: tensor "a" ends here, but the file goes on to byte 69',
  ],
  ['bytes and no tensor', '{}', 1, 'byte 10: the header ends here, but the file goes on to byte 11'],
]

describe('a hostile or broken file', () => {
  it.each(lengths)('%s', (_, file, message) => {
    expect(errorOf(file).message).toBe(`x.safetensors: ${message}`)
  })

  it.each(texts)('%s', (_, header, message) => {
    expect(errorOf(fileOf(header, 4)).message).toBe(`x.safetensors: ${message}`)
  })

  it.each(layouts)('%s', (_, header, dataLength, message) => {
    expect(errorOf(fileOf(header, dataLength)).message).toBe(`x.safetensors: ${message}`)
  })

  it('has its place in the fields of the error too, and the mark of an expected error', () => {
    const error = errorOf(fileOf(`{"w":${f32('[2]', 0, 8)}}`, 4))
    expect(error).toMatchObject({ name: 'SafetensorsError', source: 'x.safetensors', byte: 62, tensor: 'w' })
    expect(Reflect.get(error, Symbol.for('gyre.error'))).toBe(true)
  })

  it('cannot put control signs or long names into a message', () => {
    const name = `\u001b[31m\u009b\u202e${'n'.repeat(1000)}`
    const { message } = errorOf(fileOf(`{${JSON.stringify(name)}:1}`))
    expect(message).toMatch(/tensor "\\u001b\[31m\\u009b\\u202en{73}…": expected \{/)
  })

  it('does not exhaust the stack by depth', () => {
    const depth = '['.repeat(1_000_000)
    expect(errorOf(fileOf(`{"a":{"dtype":"F32","shape":${depth}`)).tensor).toBe('a')
    expect(errorOf(fileOf(`{"a":${depth}`)).tensor).toBe('a')
    expect(errorOf(fileOf('{"a":'.repeat(1_000_000))).tensor).toBe('a')
  })

  it('does not exhaust the stack by a long name', () => {
    const name = '\\u0061'.repeat(1_000_000)
    expect(errorOf(fileOf(`{"${name}":1}`)).tensor).toHaveLength(1_000_000)
  })

  it('leaves the prototypes of objects alone', () => {
    errorOf(fileOf('{"__proto__":{"polluted":"yes"}}'))
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('a header over 100 MB', () => {
  it('is rejected before it is read, though the file is long enough', async () => {
    const reads: number[] = []
    const source: ByteSource = {
      size: 1e12,
      read: async (_, length) => {
        reads.push(length)
        return claiming(100_000_001n, length)
      },
    }
    await expect(openSafetensors(source, { source: 'x' })).rejects.toThrow(
      'x: byte 0: the header claims 100000001 bytes; at most 100000000 are read',
    )
    expect(reads).toEqual([8])
  })
})

describe('any header', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => {
    return text !== '__metadata__' && text !== '__proto__' && text !== 'constructor' && text !== 'prototype'
  })
  const space = fc.constantFrom('', ' ', '\n\t', '\r\n ')

  it('is read as JSON.parse reads it, in the order of the file', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name),
        space,
        fc.dictionary(name, fc.string()),
        (names, indent, metadata) => {
          const members: [string, unknown][] = names.map((key, i) => {
            return [key, { dtype: 'U8', shape: [i, 1], data_offsets: [(i * (i - 1)) / 2, (i * (i + 1)) / 2] }]
          })
          const text = [['__metadata__', metadata] as const, ...members]
            .map(
              ([key, value]) =>
                `${JSON.stringify(key)}${indent}:${indent}${JSON.stringify(value, null, indent)}`,
            )
            .join(`${indent},`)
          const file = readSafetensors(fileOf(`{${text}}${indent}`, (names.length * (names.length - 1)) / 2))
          expect([...file.entries.keys()]).toEqual(names)
          expect(Object.fromEntries(file.metadata)).toEqual({ ...metadata })
          expect([...file.entries.values()].map(({ shape }) => shape[0])).toEqual(names.map((_, i) => i))
        },
      ),
    )
  })

  it('of arbitrary bytes is read or is a SafetensorsError, and nothing is asked for beyond the file', async () => {
    const anyText = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.json().map((text) => new TextEncoder().encode(`{"a":${text}}`)),
    )
    const file = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.tuple(anyText, fc.nat(16)).map(([text, dataLength]) => fileOf(text, dataLength)),
    )
    await fc.assert(fc.asyncProperty(file, readsOrRejects), { numRuns: 2000 })
  })

  it('with some bytes changed is read or is a SafetensorsError', async () => {
    const header = `{"__metadata__":{"k":"v"},"a":${f32('[2,1]', 0, 8)},"b":${f32('[]', 8, 12)}}`
    const changes = fc.array(fc.tuple(fc.nat(7 + header.length), fc.nat(255)), { minLength: 1, maxLength: 4 })
    const digits = fc.array(fc.tuple(fc.nat(7 + header.length), fc.constantFrom(...'0123456789,:[]{}"\\')))
    const changed = fc.oneof(
      changes,
      digits.map((list) => list.map(([at, sign]) => [at, sign.charCodeAt(0)] as const)),
    )
    await fc.assert(
      fc.asyncProperty(changed, async (list) => {
        const file = fileOf(header, 12)
        for (const [at, byte] of list) file[at] = byte
        await readsOrRejects(file)
      }),
      { numRuns: 2000 },
    )
  })
})

/** Both readers agree; what they accept lies within the file. */
async function readsOrRejects(file: Uint8Array): Promise<void> {
  const source: ByteSource = {
    size: file.length,
    read: async (offset, length) => {
      expect(offset + length).toBeLessThanOrEqual(file.length)
      return file.slice(offset, offset + length)
    },
  }
  const lazy = await openSafetensors(source).catch((error: unknown) => error)
  let entries: ReadonlyMap<string, unknown>
  try {
    const whole = readSafetensors(file)
    for (const { name, byteLength } of whole.entries.values()) {
      expect(byteLength).toBeLessThanOrEqual(file.length)
      whole.get(name)
    }
    entries = whole.entries
  } catch (error) {
    expect(error).toBeInstanceOf(SafetensorsError)
    expect(lazy).toEqual(error)
    return
  }
  expect(lazy).toMatchObject({ entries })
}
