import { DataError } from './data-error.js'

/** Throws a `DataError` that names the line of bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, source: string): string {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    return decoder.decode(bytes)
  } catch {
    throw new DataError(`${source}, line ${firstInvalidLine(bytes)}: expected UTF-8, got bytes that are not`)
  }
}

function firstInvalidLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const lineFeed = 10
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf(lineFeed, start)
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end))
    } catch {
      return line
    }
    if (end < 0) return line
    start = end + 1
  }
}
