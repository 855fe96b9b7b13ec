/** Elements of one chunk: some ten microseconds of work. */
const chunkElements = 16_384

export interface RowChunks {
  readonly rowsPerChunk: number
  readonly chunks: number
}

/** Cuts rows into chunks of about equal work; at least and at most so many rows each. */
export function cutRows(
  rows: number,
  features: number,
  least = 1,
  most = Number.POSITIVE_INFINITY,
): RowChunks {
  const wanted = Math.ceil(chunkElements / Math.max(features, 1))
  const rowsPerChunk = Math.min(Math.max(wanted, least), most, Math.max(rows, 1))
  return { rowsPerChunk, chunks: Math.ceil(rows / rowsPerChunk) }
}
