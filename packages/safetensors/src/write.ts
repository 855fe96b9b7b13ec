import { byteLengthOf, dtypes, isDType, type SafetensorsDType, type TypedArray } from './dtype.js'
import { formatShape, isReservedName, maxHeaderLength, metadataKey, prefixLength } from './header.js'
import { type Place, SafetensorsError } from './safetensors-error.js'
import { isWellFormed } from './well-formed.js'

export interface WritableTensor {
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  /** As many numbers as the shape says, in the dtype's array. F16 and BF16 take float32 and round it to nearest. */
  readonly data: TypedArray
}

/** Tensors by name, in the order of the file: a Map, or a list of pairs. */
export type NamedTensors = Iterable<readonly [name: string, tensor: WritableTensor]>

export interface Metadata {
  readonly [key: string]: string
}

/**
 * The bytes of a file: the tensors in the order given, one after the other, and a header that is padded with
 * spaces so that the data begins at a multiple of 8 bytes. The same arguments give the same bytes.
 *
 * Throws a SafetensorsError when a shape, an array and a dtype do not fit together, or on a name that
 * `readSafetensors` would reject.
 */
export function writeSafetensors(tensors: NamedTensors, metadata: Metadata = {}): Uint8Array {
  const parts = layOutSafetensors(tensors, metadata)
  const file = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

/** A file's bytes in parts: the header, then each tensor, as views of the arrays given where no conversion is needed. */
function layOutSafetensors(tensors: NamedTensors, metadata: Metadata): Uint8Array[] {
  const list = [...tensors]
  return [encodeHeader(list, metadata), ...list.map(([tensor, value]) => encodeTensor(value, { tensor }))]
}

/** The prefix and the header of a file with these tensors, one after the other. */
export function encodeHeader(
  tensors: Iterable<readonly [name: string, spec: Pick<WritableTensor, 'dtype' | 'shape'>]>,
  metadata: Metadata,
  source?: string,
): Uint8Array {
  const names = new Set<string>()
  const members: string[] = []
  if (Object.keys(metadata).length > 0) members.push(metadataMember(metadata, source))
  let end = 0
  for (const [name, { dtype, shape }] of tensors) {
    const place = { source, tensor: name }
    if (names.has(name)) throw new SafetensorsError('the name is given twice', place)
    if (!isWritableName(name)) throw new SafetensorsError('a tensor may not have this name', place)
    names.add(name)
    const offsets = [end, end + byteLengthOfTensor(dtype, shape, place)]
    end = offsets[1]!
    // Joined by hand: an object would put names such as "10" before all others.
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: offsets })}`)
  }
  return encodeHeaderText(`{${members.join(',')}}`, source)
}

function metadataMember(metadata: Metadata, source: string | undefined): string {
  for (const [key, text] of Object.entries(metadata)) {
    if (!isWritableName(key) || typeof text !== 'string' || !isWellFormed(text)) {
      throw new SafetensorsError(
        `metadata ${JSON.stringify(key)} cannot be written: keys and values are strings, and reserved names are taken`,
        { source },
      )
    }
  }
  return `${JSON.stringify(metadataKey)}:${JSON.stringify(metadata)}`
}

/** A tensor's bytes. Throws unless its dtype, shape and array fit together. */
export function encodeTensor({ dtype, shape, data }: WritableTensor, place: Place): Uint8Array {
  const byteLength = byteLengthOfTensor(dtype, shape, place)
  const { bytes, arrayName, encode } = dtypes[dtype]
  const given = data[Symbol.toStringTag]
  if (given !== arrayName) throw new SafetensorsError(`${dtype} takes a ${arrayName}, not a ${given}`, place)
  if (byteLength !== data.length * bytes) {
    throw new SafetensorsError(`shape ${formatShape(shape)} does not hold ${data.length} numbers`, place)
  }
  return (encode as (data: TypedArray) => Uint8Array)(data)
}

function byteLengthOfTensor(dtype: SafetensorsDType, shape: readonly number[], place: Place): number {
  if (!isDType(dtype)) throw new SafetensorsError(`there is no dtype ${dtype}`, place)
  const isShape = shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)
  const byteLength = isShape ? byteLengthOf(dtype, shape) : undefined
  if (byteLength !== undefined) return byteLength
  throw new SafetensorsError(`shape ${formatShape(shape)} is not of whole numbers ≥ 0, or too large`, place)
}

/** The prefix and the header, together a multiple of 8 bytes. */
function encodeHeaderText(json: string, source: string | undefined): Uint8Array {
  const text = new TextEncoder().encode(json)
  const length = Math.ceil(text.length / 8) * 8
  if (length > maxHeaderLength) {
    throw new SafetensorsError(`the header takes ${length} bytes; at most ${maxHeaderLength} can be read`, {
      source,
    })
  }
  const header = new Uint8Array(prefixLength + length).fill(space, prefixLength)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(text, prefixLength)
  return header
}

const space = 0x20

function isWritableName(name: string): boolean {
  return name !== metadataKey && !isReservedName(name) && isWellFormed(name)
}
