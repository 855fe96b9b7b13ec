/** The running sums of the rows of x, kept in float64. A chunk is some rows. */
@unmanaged export class CumsumArguments {
  x: usize
  output: usize
  rows: i32
  length: i32
  rowsPerChunk: i32
}

export function cumsum(args: CumsumArguments, chunk: i32, scratch: usize): void {
  const length = args.length
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  let offset = <usize>(begin * length) << 2
  for (let row = begin; row < end; row++) {
    let sum: f64 = 0
    for (let k = length; k > 0; k--) {
      sum += <f64>load<f32>(args.x + offset)
      store<f32>(args.output + offset, <f32>sum)
      offset += 4
    }
  }
}

/** The same of int32 numbers. */
export function cumsumInt32(args: CumsumArguments, chunk: i32, scratch: usize): void {
  const length = args.length
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  let offset = <usize>(begin * length) << 2
  for (let row = begin; row < end; row++) {
    let sum: i32 = 0
    for (let k = length; k > 0; k--) {
      sum += load<i32>(args.x + offset)
      store<i32>(args.output + offset, sum)
      offset += 4
    }
  }
}
