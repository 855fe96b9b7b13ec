import { type DTypeArrays, decode, type SafetensorsDType } from './dtype.js'
import { type Header, parseHeader, prefixLength, readHeaderLength, type TensorEntry } from './header.js'
import { SafetensorsError } from './safetensors-error.js'

/**
 * A tensor's numbers, row by row. `dtype` is the one in the file and decides the type of `data`; F16 and BF16 come
 * as float32, exactly.
 */
export type TensorData = {
  [D in SafetensorsDType]: {
    readonly name: string
    readonly dtype: D
    readonly shape: readonly number[]
    readonly data: DTypeArrays[D]
  }
}[SafetensorsDType]

/** Anything that bytes can be read from: a file, an HTTP range, a part of another file. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number
  /** Exactly `length` bytes from `offset`; fewer is an error of the reader, which says that the file is truncated. */
  read(offset: number, length: number): Promise<Uint8Array>
}

export interface ReadOptions {
  /** What errors call the file. */
  readonly source?: string
}

/** A file in memory. */
export interface SafetensorsFile extends Header {
  /** `data` is a view of the file's bytes where they are aligned and need no conversion, otherwise a copy. */
  get(name: string): TensorData
}

/** A file of which only the header was read. */
export interface LazySafetensorsFile extends Header {
  /** Reads one tensor. */
  get(name: string): Promise<TensorData>
}

/**
 * Reads a file that is in memory. The header is checked before anything is allocated for it.
 *
 * Throws a SafetensorsError that names the file and the byte or tensor at fault.
 */
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

/**
 * Reads a file's header; tensors are read one at a time when asked for.
 *
 * Rejects with a SafetensorsError that names the file and the byte or tensor at fault.
 */
export async function openSafetensors(
  from: Blob | ByteSource,
  { source = 'safetensors' }: ReadOptions = {},
): Promise<LazySafetensorsFile> {
  const bytes = 'read' in from ? from : blobSource(from)
  if (!Number.isSafeInteger(bytes.size) || bytes.size < 0) {
    throw new SafetensorsError(`the size is ${bytes.size}; expected a number of bytes`, { source })
  }
  const prefix = await readExactly(bytes, 0, Math.min(prefixLength, bytes.size), { source })
  const length = readHeaderLength(prefix, bytes.size, source)
  const header = parseHeader(await readExactly(bytes, prefixLength, length, { source }), bytes.size, source)
  return {
    ...header,
    get: async (name) => {
      const entry = findEntry(header, name, source)
      const { offset, byteLength } = entry
      return toTensorData(entry, await readExactly(bytes, offset, byteLength, { source, tensor: name }))
    },
  }
}

/**
 * Integers of a tensor as int32, whatever integer dtype stores them. An error names the tensor (`name`) and the
 * first index whose number does not fit.
 */
export function int32Of(tensor: TensorData, name = tensor.name): Int32Array {
  const { data, dtype } = tensor
  if (data instanceof Int32Array) return data
  if (data instanceof Float32Array || data instanceof Float64Array) {
    throw new SafetensorsError(`dtype is ${dtype}; expected integers`, { tensor: name })
  }
  const values = new Int32Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]!)
    values[i] = value
    if (values[i] !== value) {
      throw new SafetensorsError(`${data[i]} at index ${i} does not fit into 32 bits`, { tensor: name })
    }
  }
  return values
}

function findEntry({ entries }: Header, name: string, source: string): TensorEntry {
  const entry = entries.get(name)
  if (!entry) {
    throw new SafetensorsError(`there is no such tensor among the file's ${entries.size}`, {
      source,
      tensor: name,
    })
  }
  return entry
}

function toTensorData({ name, dtype, shape }: TensorEntry, bytes: Uint8Array): TensorData {
  return { name, dtype, shape, data: decode(dtype, bytes) } as TensorData
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
  place: { readonly source: string; readonly tensor?: string },
): Promise<Uint8Array> {
  const bytes = await from.read(offset, length)
  if (bytes.length !== length) {
    throw new SafetensorsError(
      `expected ${length} bytes, got ${bytes.length}; the file is truncated or was changed`,
      { ...place, byte: offset },
    )
  }
  return bytes
}
