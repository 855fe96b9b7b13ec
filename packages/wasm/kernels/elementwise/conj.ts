/** Complex conjugates: the sign of every second float32 changes. */
@unmanaged export class ConjArguments {
  x: usize
  output: usize
  /** Complex numbers. */
  count: i32
  chunkSize: i32
}

export function conj(args: ConjArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkSize
  const end = min(begin + args.chunkSize, args.count)
  let from = args.x + (<usize>begin << 3)
  let to = args.output + (<usize>begin << 3)
  const sign = i64x2.splat(0x8000000000000000)
  for (let k = (end - begin) >> 1; k > 0; k--) {
    v128.store(to, v128.xor(v128.load(from), sign))
    from += 16
    to += 16
  }
  if ((end - begin) & 1) v128.store64_lane(to, v128.xor(v128.load64_zero(from), sign), 0)
}
