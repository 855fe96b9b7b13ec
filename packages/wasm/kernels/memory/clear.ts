/** Zeros. */
@unmanaged export class ClearArguments {
  output: usize
  bytes: i32
  /** Bytes of one chunk. */
  chunkSize: i32
}

export function clear(args: ClearArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkSize
  memory.fill(args.output + begin, 0, min(args.chunkSize, args.bytes - begin))
}
