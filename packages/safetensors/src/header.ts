import { byteLengthOf, dtypes, isDType, type SafetensorsDType } from './dtype.js'
import { type FailAt, JsonCursor } from './json-cursor.js'
import { quote } from './quote.js'
import { SafetensorsError } from './safetensors-error.js'

/** Where a tensor is in the file. */
export interface TensorEntry {
  readonly name: string
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  /** First byte, from the beginning of the file. */
  readonly offset: number
  readonly byteLength: number
}

export interface Header {
  /** By name, in the header's order. */
  readonly entries: ReadonlyMap<string, TensorEntry>
  /** The strings under `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>
}

/** Bytes before the header: its length as a little-endian 64-bit integer. */
export const prefixLength = 8
/** As in the format's own implementation. */
export const maxHeaderLength = 100_000_000
export const metadataKey = '__metadata__'

/** Names that would reach an object's prototype if a program used them as keys of a plain object. */
export function isReservedName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype'
}

/** The header's length from the file's first eight bytes, checked against the file's size before any use. */
export function readHeaderLength(prefix: Uint8Array, fileSize: number, source: string): number {
  if (prefix.length < prefixLength) {
    throw new SafetensorsError(
      `the file has ${prefix.length} bytes; a safetensors file has at least ${prefixLength}`,
      { source },
    )
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixLength).getBigUint64(0, true)
  const rest = fileSize - prefixLength
  if (length > BigInt(rest)) {
    throw new SafetensorsError(
      `the header claims ${length} bytes, but ${rest} follow; the file is truncated or not safetensors`,
      { source, byte: 0 },
    )
  }
  if (length > BigInt(maxHeaderLength)) {
    throw new SafetensorsError(`the header claims ${length} bytes; at most ${maxHeaderLength} are read`, {
      source,
      byte: 0,
    })
  }
  return Number(length)
}

/** The tensors that a header describes. Every offset is checked against the file's size and the other tensors. */
export function parseHeader(bytes: Uint8Array, fileSize: number, source: string): Header {
  const text = decodeText(bytes, source)
  let tensor: string | undefined
  const fail = (problem: string, at: number): never => {
    const byte = prefixLength + new TextEncoder().encode(text.slice(0, at)).length
    throw new SafetensorsError(problem, { source, byte, tensor })
  }
  const cursor = new JsonCursor(text, fail)
  const dataStart = prefixLength + bytes.length
  const entries = new Map<string, TensorEntry>()
  let metadata: ReadonlyMap<string, string> = new Map()
  if (text[0] !== '{') fail('the header is not a JSON object', 0)
  cursor.object((name, at) => {
    if (name === metadataKey) {
      metadata = readMetadata(cursor, fail)
      return
    }
    if (isReservedName(name)) fail(`a tensor may not be named ${name}`, at)
    tensor = name
    entries.set(name, readEntry(cursor, name, dataStart, fail))
    tensor = undefined
  })
  cursor.end()
  checkLayout(entries, dataStart, fileSize, source)
  return { entries, metadata }
}

function decodeText(bytes: Uint8Array, source: string): string {
  // A byte-order mark is not JSON either, so it must not be dropped here.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return decoder.decode(bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes))
  } catch {
    throw new SafetensorsError(`the header, ${bytes.length} bytes, is not UTF-8`, {
      source,
      byte: prefixLength,
    })
  }
}

function readMetadata(cursor: JsonCursor, fail: FailAt): Map<string, string> {
  const metadata = new Map<string, string>()
  cursor.object((key, at) => {
    if (isReservedName(key)) fail(`a key of ${metadataKey} may not be ${key}`, at)
    metadata.set(key, cursor.string())
  })
  return metadata
}

function readEntry(cursor: JsonCursor, name: string, dataStart: number, fail: FailAt): TensorEntry {
  const start = cursor.at
  const fields: { dtype?: string; shape?: number[]; offsets?: number[] } = {}
  cursor.object((key, at) => {
    if (key === 'dtype') fields.dtype = cursor.string()
    else if (key === 'shape') fields.shape = cursor.integers()
    else if (key === 'data_offsets') fields.offsets = cursor.integers()
    else fail(`the key ${quote(key)} is unknown; expected dtype, shape and data_offsets`, at)
  })
  const { dtype, shape, offsets } = fields
  if (dtype === undefined || !shape || !offsets) {
    const missing = dtype === undefined ? 'dtype' : shape ? 'data_offsets' : 'shape'
    return fail(`${missing} is missing`, start)
  }
  if (!isDType(dtype)) {
    return fail(`dtype is ${quote(dtype)}; expected ${Object.keys(dtypes).join(', ')}`, start)
  }
  if (offsets.length !== 2) return fail(`data_offsets are ${offsets.length} integers; expected 2`, start)
  const [begin, end] = offsets as [number, number]
  const byteLength = byteLengthOf(dtype, shape)
  if (byteLength === undefined) {
    return fail(`shape ${formatShape(shape)} of ${dtype} takes more than 2^53 − 1 bytes`, start)
  }
  if (end - begin !== byteLength) {
    return fail(
      `shape ${formatShape(shape)} of ${dtype} takes ${byteLength} bytes, but data_offsets [${begin}, ${end}] ` +
        `hold ${end - begin}`,
      start,
    )
  }
  return { name, dtype, shape, offset: dataStart + begin, byteLength }
}

/** The tensors must fill the rest of the file without overlap, gap or remainder. */
function checkLayout(
  entries: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  fileSize: number,
  source: string,
): void {
  const ordered = [...entries.values()].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)
  let end = dataStart
  let before = 'the header'
  for (const { name, offset, byteLength } of ordered) {
    const place = { source, byte: offset, tensor: name }
    if (offset + byteLength > fileSize) {
      throw new SafetensorsError(
        `it ends at byte ${offset + byteLength}, but the file has ${fileSize}; the file is truncated`,
        place,
      )
    }
    if (offset < end) throw new SafetensorsError(`it overlaps ${before}, which ends at byte ${end}`, place)
    if (offset > end) {
      throw new SafetensorsError(`there is a gap before it: ${before} ends at byte ${end}`, place)
    }
    end = offset + byteLength
    before = `tensor ${quote(name)}`
  }
  if (end !== fileSize) {
    throw new SafetensorsError(`${before} ends here, but the file goes on to byte ${fileSize}`, {
      source,
      byte: end,
    })
  }
}

/** `[2, 3]`, cut when long. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`
}
