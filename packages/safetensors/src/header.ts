import { dtypes, isDType, type SafetensorsDType } from './dtype.js'
import { findDuplicateKey } from './duplicate-key.js'
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
  readonly entries: ReadonlyMap<string, TensorEntry>
  readonly metadata: ReadonlyMap<string, string>
}

/** Bytes before the header: its length as a little-endian 64-bit integer. */
export const prefixLength = 8
/** As in the format's own implementation. */
const maxHeaderLength = 100_000_000
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

/** The header's length from the file's first eight bytes, checked against the file's size before any use. */
export function readHeaderLength(prefix: Uint8Array, fileSize: number, source: string): number {
  if (fileSize < prefixLength || prefix.length < prefixLength) {
    throw new SafetensorsError(
      `${source}: ${fileSize} bytes are too few for a safetensors file; expected at least 8`,
    )
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixLength).getBigUint64(0, true)
  if (length > BigInt(fileSize - prefixLength)) {
    throw new SafetensorsError(
      `${source}: byte 0: the header claims ${length} bytes, but only ${fileSize - prefixLength} follow; ` +
        'the file is truncated or not safetensors',
    )
  }
  if (length > BigInt(maxHeaderLength)) {
    throw new SafetensorsError(
      `${source}: byte 0: the header claims ${length} bytes; at most ${maxHeaderLength} are read`,
    )
  }
  return Number(length)
}

/** The tensors that a header describes. Every offset is checked against the file's size and the others. */
export function parseHeader(bytes: Uint8Array, fileSize: number, source: string): Header {
  const fail = (message: string): never => {
    throw new SafetensorsError(`${source}: header: ${message}`)
  }
  const record = parseJson(bytes, fail)
  const dataStart = prefixLength + bytes.length
  const entries = new Map<string, TensorEntry>()
  let metadata: ReadonlyMap<string, string> = new Map()
  for (const [name, value] of Object.entries(record)) {
    if (forbiddenNames.has(name)) fail(`a tensor may not be named ${name}`)
    if (name === '__metadata__') metadata = parseMetadata(value, fail)
    else entries.set(name, parseEntry(name, value, dataStart, fail))
  }
  checkLayout(entries, dataStart, fileSize, source)
  return { entries, metadata }
}

type Fail = (message: string) => never

function parseJson(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return fail('it is not UTF-8')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return fail(`it is not JSON (${(error as Error).message.slice(0, 100)})`)
  }
  if (!isRecord(value)) return fail('it is not a JSON object')
  const duplicate = findDuplicateKey(text)
  if (duplicate !== undefined) fail(`the key ${JSON.stringify(duplicate)} appears twice`)
  return value
}

function parseMetadata(value: unknown, fail: Fail): Map<string, string> {
  if (!isRecord(value)) return fail('__metadata__ is not an object')
  const metadata = new Map<string, string>()
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') fail(`__metadata__ ${JSON.stringify(key)} is not a string`)
    metadata.set(key, text as string)
  }
  return metadata
}

function parseEntry(name: string, value: unknown, dataStart: number, fail: Fail): TensorEntry {
  const quoted = JSON.stringify(name)
  if (!isRecord(value)) return fail(`tensor ${quoted} is not an object`)
  const { dtype, shape, data_offsets: offsets } = value
  if (!isDType(dtype)) {
    return fail(
      `tensor ${quoted} has dtype ${JSON.stringify(dtype)}; expected ${Object.keys(dtypes).join(', ')}`,
    )
  }
  if (!Array.isArray(shape) || !shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    return fail(`tensor ${quoted} has shape ${JSON.stringify(shape)}; expected integers ≥ 0`)
  }
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0)
  ) {
    return fail(`tensor ${quoted} has data_offsets ${JSON.stringify(offsets)}; expected two integers ≥ 0`)
  }
  const [begin, end] = offsets as [number, number]
  const byteLength = (shape as number[]).reduce((size, dim) => size * dim, dtypes[dtype].bytes)
  if (end - begin !== byteLength) {
    return fail(
      `tensor ${quoted} of dtype ${dtype} and shape [${shape.join(', ')}] takes ${byteLength} bytes, ` +
        `but its offsets [${begin}, ${end}] hold ${end - begin}`,
    )
  }
  return { name, dtype, shape: shape as number[], offset: dataStart + begin, byteLength }
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
  for (const { name, offset, byteLength } of ordered) {
    if (offset !== end) {
      const problem = offset < end ? 'overlaps the one before it' : 'leaves a gap after the one before it'
      throw new SafetensorsError(`${source}: byte ${offset}: tensor ${JSON.stringify(name)} ${problem}`)
    }
    end = offset + byteLength
    if (end > fileSize) {
      throw new SafetensorsError(
        `${source}: tensor ${JSON.stringify(name)} ends at byte ${end}, but the file has ${fileSize}; it is truncated`,
      )
    }
  }
  if (end !== fileSize) {
    throw new SafetensorsError(`${source}: byte ${end}: ${fileSize - end} bytes follow the last tensor`)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
