import { loadPart, loadTwo, promoteHigh, storePart } from '../rows'

/** Adds the rows of partial sums, in order and in float64; a chunk is `columnsPerChunk` columns, a multiple of 4. */
@unmanaged export class AddPartialRowsArguments {
  parts: usize
  output: usize
  rows: i32
  columns: i32
  columnsPerChunk: i32
}

export function addPartialRows(args: AddPartialRowsArguments, chunk: i32, scratch: usize): void {
  const rows = args.rows
  const columns = args.columns
  const parts = args.parts
  const bytes = <usize>columns << 2
  const begin = chunk * args.columnsPerChunk
  const end = min(begin + args.columnsPerChunk, columns)
  const zero = f32x4.splat(0)
  for (let column = begin; column < end; column += 4) {
    const count = end - column
    const output = args.output + (<usize>column << 2)
    let part = parts + (<usize>column << 2)
    let low = zero
    let high = zero
    for (let row = 0; row < rows; row++) {
      if (count >= 4) {
        low = f64x2.add(low, loadTwo(part))
        high = f64x2.add(high, loadTwo(part + 8))
      } else {
        const last = loadPart(part, count, zero)
        low = f64x2.add(low, f64x2.promote_low_f32x4(last))
        high = f64x2.add(high, promoteHigh(last))
      }
      part += bytes
    }
    const sums = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2)
    if (count >= 4) v128.store(output, sums)
    else storePart(output, count, sums)
  }
}
