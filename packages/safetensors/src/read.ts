import { decode, type SafetensorsDType, type TypedArray } from './dtype.js'
import { type Header, parseHeader, prefixLength, readHeaderLength, type TensorEntry } from './header.js'
import { SafetensorsError } from './safetensors-error.js'

/** A tensor's numbers. F16 and BF16 come as float32; the rest as the typed array of their dtype. */
export interface TensorData {
  /** The dtype in the file. */
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  readonly data: TypedArray
}

/** Anything that bytes can be read from: a file, an HTTP range, a part of another file. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

export interface ReadOptions {
  /** What errors call the file. */
  readonly source?: string
}

/** A file in memory. */
export interface SafetensorsFile extends Header {
  /** A view of the file's bytes where they are aligned, otherwise a copy. */
  get(name: string): TensorData
}

/** A file of which only the header was read. */
export interface LazySafetensorsFile extends Header {
  /** Reads one tensor. */
  get(name: string): Promise<TensorData>
}

/** Reads a file that is in memory; the header is checked before anything is allocated for it. */
export function readSafetensors(
  bytes: Uint8Array | ArrayBuffer,
  { source = 'safetensors' }: ReadOptions = {},
): SafetensorsFile {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  const length = readHeaderLength(file.subarray(0, prefixLength), file.length, source)
  const header = parseHeader(file.subarray(prefixLength, prefixLength + length), file.length, source)
  return {
    ...header,
    get: (name) => {
      const entry = findEntry(header, name, source)
      return toTensorData(entry, file.subarray(entry.offset, entry.offset + entry.byteLength))
    },
  }
}

/** Reads a file's header; tensors are read one at a time when asked for. */
export async function openSafetensors(
  from: Blob | ByteSource,
  { source = 'safetensors' }: ReadOptions = {},
): Promise<LazySafetensorsFile> {
  const bytes: ByteSource = from instanceof Blob ? blobSource(from) : from
  const prefix = await readExactly(bytes, 0, Math.min(prefixLength, bytes.size), source)
  const length = readHeaderLength(prefix, bytes.size, source)
  const header = parseHeader(await readExactly(bytes, prefixLength, length, source), bytes.size, source)
  return {
    ...header,
    get: async (name) => {
      const entry = findEntry(header, name, source)
      return toTensorData(entry, await readExactly(bytes, entry.offset, entry.byteLength, source))
    },
  }
}

/** Integers of a tensor as int32; an error names the first one that does not fit. */
export function int32Of({ data, dtype }: TensorData, name = 'tensor'): Int32Array {
  if (data instanceof Int32Array) return data
  if (data instanceof Float32Array || data instanceof Float64Array) {
    throw new SafetensorsError(`${name}: dtype is ${dtype}; expected integers`)
  }
  const values = new Int32Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]!)
    values[i] = value
    if (values[i] !== value)
      throw new SafetensorsError(`${name}: ${data[i]} at index ${i} does not fit into 32 bits`)
  }
  return values
}

function findEntry({ entries }: Header, name: string, source: string): TensorEntry {
  const entry = entries.get(name)
  if (!entry) throw new SafetensorsError(`${source}: has no tensor named ${JSON.stringify(name)}`)
  return entry
}

function toTensorData({ dtype, shape }: TensorEntry, bytes: Uint8Array): TensorData {
  return { dtype, shape, data: decode(dtype, bytes) }
}

function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  }
}

async function readExactly(
  from: ByteSource,
  offset: number,
  length: number,
  source: string,
): Promise<Uint8Array> {
  const bytes = await from.read(offset, length)
  if (bytes.length !== length) {
    throw new SafetensorsError(`${source}: byte ${offset}: expected ${length} bytes, got ${bytes.length}`)
  }
  return bytes
}
