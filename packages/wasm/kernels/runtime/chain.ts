import { runKernel } from '../dispatch.generated'
import { Command } from './command'

/**
 * Elementwise kernels that follow each other over the same range, run tile by tile: what one writes is still in the
 * first cache when the next reads it. Each computes what it would compute alone, so results are the same to the
 * last bit. Their commands, cut into chunks of one tile, follow the arguments.
 */
@unmanaged export class ChainArguments {
  links: i32
  tiles: i32
  tilesOfChunk: i32
}

export function chain(args: ChainArguments, chunk: i32, scratch: usize): void {
  const links = args.links
  const first = changetype<usize>(args) + ((offsetof<ChainArguments>() + 7) & ~7)
  const begin = chunk * args.tilesOfChunk
  const end = min(begin + args.tilesOfChunk, args.tiles)
  for (let tile = begin; tile < end; tile++) {
    let command = changetype<Command>(first)
    for (let link = 0; link < links; link++) {
      runKernel(command.kernel, changetype<usize>(command) + offsetof<Command>(), tile, scratch)
      command = changetype<Command>(changetype<usize>(command) + command.bytes)
    }
  }
}
