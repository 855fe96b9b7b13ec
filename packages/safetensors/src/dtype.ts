import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './half-floats.js'

/** The array that holds each dtype's numbers. Half-precision numbers are held as float32; BOOL is 0 or 1. */
export interface DTypeArrays {
  F64: Float64Array
  F32: Float32Array
  F16: Float32Array
  BF16: Float32Array
  I64: BigInt64Array
  I32: Int32Array
  I16: Int16Array
  I8: Int8Array
  U64: BigUint64Array
  U32: Uint32Array
  U16: Uint16Array
  U8: Uint8Array
  BOOL: Uint8Array
}

export type SafetensorsDType = keyof DTypeArrays
export type TypedArray = DTypeArrays[SafetensorsDType]

/** How numbers held in an `A` are stored in a file. */
interface Storage<A> {
  /** Bytes of one number. */
  readonly bytes: number
  readonly arrayName: string
  /** `offset` is a multiple of `bytes`. */
  decode(buffer: ArrayBuffer, offset: number, count: number): A
  encode(data: A): Uint8Array
}

interface ArrayConstructor<A> {
  readonly BYTES_PER_ELEMENT: number
  readonly name: string
  new (buffer: ArrayBuffer, offset: number, count: number): A
}

/** Stored as they are held. */
function plain<A extends TypedArray>(Held: ArrayConstructor<A>): Storage<A> {
  return {
    bytes: Held.BYTES_PER_ELEMENT,
    arrayName: Held.name,
    decode: (buffer, offset, count) => new Held(buffer, offset, count),
    encode: bytesOf,
  }
}

/** Stored as 16 bits, held as float32. */
function half(
  decode: (halves: Uint16Array) => Float32Array,
  encode: (values: Float32Array) => Uint16Array,
): Storage<Float32Array> {
  return {
    bytes: 2,
    arrayName: Float32Array.name,
    decode: (buffer, offset, count) => decode(new Uint16Array(buffer, offset, count)),
    encode: (data) => bytesOf(encode(data)),
  }
}

export const dtypes: { readonly [D in SafetensorsDType]: Storage<DTypeArrays[D]> } = {
  F64: plain(Float64Array),
  F32: plain(Float32Array),
  F16: half(decodeFloat16, encodeFloat16),
  BF16: half(decodeBfloat16, encodeBfloat16),
  I64: plain(BigInt64Array),
  I32: plain(Int32Array),
  I16: plain(Int16Array),
  I8: plain(Int8Array),
  U64: plain(BigUint64Array),
  U32: plain(Uint32Array),
  U16: plain(Uint16Array),
  U8: plain(Uint8Array),
  BOOL: plain(Uint8Array),
}

export function isDType(name: unknown): name is SafetensorsDType {
  return typeof name === 'string' && Object.hasOwn(dtypes, name)
}

/**
 * The numbers of a tensor from its bytes: a view of them where they are aligned, else of a copy. The bytes are
 * little-endian, as are all processors that this is meant for.
 */
export function decode(dtype: SafetensorsDType, bytes: Uint8Array): TypedArray {
  const storage = dtypes[dtype]
  const usable = bytes.byteOffset % storage.bytes === 0 && bytes.buffer instanceof ArrayBuffer
  // Not bytes.slice(), which copies nothing when the bytes are a Node Buffer.
  const aligned = usable ? bytes : new Uint8Array(bytes)
  return storage.decode(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / storage.bytes)
}

/** The bytes of one tensor, or undefined when the product is not a safe integer. */
export function byteLengthOf(dtype: SafetensorsDType, shape: readonly number[]): number | undefined {
  let length = dtypes[dtype].bytes
  for (const dim of shape) {
    length *= dim
    if (!Number.isSafeInteger(length)) return undefined
  }
  return length
}

function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
