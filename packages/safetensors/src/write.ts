import { dtypes, type SafetensorsDType, type TypedArray } from './dtype.js'
import { SafetensorsError } from './safetensors-error.js'

export interface WritableTensor {
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  /** The numbers as the dtype stores them; F16 and BF16 as raw 16-bit words. */
  readonly data: TypedArray
}

/**
 * The bytes of a file with the tensors in the order given, one after the other. The header is padded with spaces
 * so that the data begins at a multiple of 8 bytes.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: WritableTensor]>,
  metadata: { readonly [key: string]: string } = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.create(null)
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata
  const parts: TypedArray[] = []
  let end = 0
  for (const [name, { dtype, shape, data }] of tensors) {
    const byteLength = shape.reduce((size, dim) => size * dim, dtypes[dtype].bytes)
    if (data.byteLength !== byteLength) {
      throw new SafetensorsError(
        `tensor ${JSON.stringify(name)} of dtype ${dtype} and shape [${shape.join(', ')}] takes ${byteLength} bytes, got ${data.byteLength}`,
      )
    }
    if (name in header || name === '__metadata__' || name === '__proto__') {
      throw new SafetensorsError(`a tensor cannot be named ${JSON.stringify(name)} here`)
    }
    header[name] = { dtype, shape, data_offsets: [end, end + byteLength] }
    end += byteLength
    parts.push(data)
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const headerLength = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + headerLength + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true)
  file.fill(0x20, 8, 8 + headerLength)
  file.set(json, 8)
  let at = 8 + headerLength
  for (const part of parts) {
    file.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at)
    at += part.byteLength
  }
  return file
}
