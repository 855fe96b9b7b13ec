import { decodeBfloat16, decodeFloat16 } from './half-floats.js'

export type TypedArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

type Decoder = (buffer: ArrayBuffer, offset: number, count: number) => TypedArray

/** Bytes of one element and how they are read. Half-precision numbers become float32; BOOL is one byte, 0 or 1. */
export const dtypes = {
  F64: { bytes: 8, decode: (buffer, offset, count) => new Float64Array(buffer, offset, count) },
  F32: { bytes: 4, decode: (buffer, offset, count) => new Float32Array(buffer, offset, count) },
  F16: { bytes: 2, decode: (buffer, offset, count) => decodeFloat16(new Uint16Array(buffer, offset, count)) },
  BF16: {
    bytes: 2,
    decode: (buffer, offset, count) => decodeBfloat16(new Uint16Array(buffer, offset, count)),
  },
  I64: { bytes: 8, decode: (buffer, offset, count) => new BigInt64Array(buffer, offset, count) },
  U64: { bytes: 8, decode: (buffer, offset, count) => new BigUint64Array(buffer, offset, count) },
  I32: { bytes: 4, decode: (buffer, offset, count) => new Int32Array(buffer, offset, count) },
  U32: { bytes: 4, decode: (buffer, offset, count) => new Uint32Array(buffer, offset, count) },
  I16: { bytes: 2, decode: (buffer, offset, count) => new Int16Array(buffer, offset, count) },
  U16: { bytes: 2, decode: (buffer, offset, count) => new Uint16Array(buffer, offset, count) },
  I8: { bytes: 1, decode: (buffer, offset, count) => new Int8Array(buffer, offset, count) },
  U8: { bytes: 1, decode: (buffer, offset, count) => new Uint8Array(buffer, offset, count) },
  BOOL: { bytes: 1, decode: (buffer, offset, count) => new Uint8Array(buffer, offset, count) },
} as const satisfies { readonly [name: string]: { readonly bytes: number; readonly decode: Decoder } }

export type SafetensorsDType = keyof typeof dtypes

export function isDType(name: unknown): name is SafetensorsDType {
  return typeof name === 'string' && Object.hasOwn(dtypes, name)
}

/** The numbers of a tensor from its bytes: a view of them where they are aligned, else of a copy. */
export function decode(dtype: SafetensorsDType, bytes: Uint8Array): TypedArray {
  const { bytes: size, decode: decoder } = dtypes[dtype]
  const usable = bytes.byteOffset % size === 0 && bytes.buffer instanceof ArrayBuffer
  // Not bytes.slice(), which copies nothing when the bytes are a Node Buffer.
  const aligned = usable ? bytes : new Uint8Array(bytes)
  return decoder(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / size)
}
