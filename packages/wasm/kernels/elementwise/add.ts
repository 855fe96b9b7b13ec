/** `output = a + b` for float32 tensors of one size. */
@unmanaged export class AddArguments {
  a: usize
  b: usize
  output: usize
  count: i32
  /** Elements of one chunk; a multiple of 4. */
  chunkSize: i32
}

export function add(args: AddArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkSize
  const end = min(begin + args.chunkSize, args.count)
  // Kept in locals: a store might change what args points to, so fields would be read again each time.
  const a = args.a
  const b = args.b
  const output = args.output
  let i = begin
  for (; i + 4 <= end; i += 4) {
    const offset = <usize>i << 2
    v128.store(output + offset, f32x4.add(v128.load(a + offset), v128.load(b + offset)))
  }
  for (; i < end; i++) {
    const offset = <usize>i << 2
    store<f32>(output + offset, load<f32>(a + offset) + load<f32>(b + offset))
  }
}
