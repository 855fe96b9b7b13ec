/** Copies bytes to a place that does not overlap with theirs. */
@unmanaged export class CopyArguments {
  source: usize
  output: usize
  bytes: i32
  /** Bytes of one chunk. */
  chunkSize: i32
}

export function copy(args: CopyArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkSize
  memory.copy(args.output + begin, args.source + begin, min(args.chunkSize, args.bytes - begin))
}
