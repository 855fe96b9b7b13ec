/** A stretch of memory that is needed from one step to another, both included. */
export interface Interval {
  readonly bytes: number
  readonly first: number
  readonly last: number
}

/**
 * Gives each interval an offset so that no two share memory at the same time, in little memory altogether: the
 * largest first, each at the lowest place where it fits beside those that it meets in time.
 * @source Pisarchyk, Lee: Efficient Memory Management for Deep Neural Net Inference. arXiv 2001.03288, section 4,
 * "greedy by size".
 */
export function placeIntervals(
  intervals: readonly Interval[],
  alignment: number,
): { readonly offsets: readonly number[]; readonly bytes: number } {
  const offsets = new Array<number>(intervals.length).fill(0)
  const size = (index: number): number => Math.ceil(intervals[index]!.bytes / alignment) * alignment
  const order = intervals.map((_, index) => index).sort((a, b) => size(b) - size(a) || a - b)
  /** Indices that have their place, by offset. */
  const placed: number[] = []
  let bytes = 0
  for (const index of order) {
    const { first, last } = intervals[index]!
    const wanted = size(index)
    if (wanted === 0) continue
    let offset = 0
    for (const other of placed) {
      if (intervals[other]!.first > last || intervals[other]!.last < first) continue
      if (offsets[other]! >= offset + wanted) break
      offset = Math.max(offset, offsets[other]! + size(other))
    }
    offsets[index] = offset
    bytes = Math.max(bytes, offset + wanted)
    let at = placed.findIndex((other) => offsets[other]! > offset)
    if (at < 0) at = placed.length
    placed.splice(at, 0, index)
  }
  return { offsets, bytes }
}
