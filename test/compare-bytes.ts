import { expect } from 'vitest'

/**
 * Typed arrays of the same bytes are equal; vitest would compare them by keys, a thousand times slower. All others are
 * left to it, which says where they differ.
 */
function haveSameBytes(a: unknown, b: unknown): true | undefined {
  if (!isTypedArray(a) || !isTypedArray(b) || a.constructor !== b.constructor) return undefined
  return bytesOf(a).equals(bytesOf(b)) ? true : undefined
}

function isTypedArray(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

expect.addEqualityTesters([haveSameBytes])
