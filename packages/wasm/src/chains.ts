import type { Command } from './command.js'

/** Elements of one tile: a few inputs and an output of it fit into the first cache. */
const tileSize = 2048

/** The commands with elementwise ones that follow each other over the same range made into chains. */
export function withChains(commands: readonly Command[]): Command[] {
  const chained: Command[] = []
  let run: Command[] = []
  const close = (): void => {
    chained.push(...(run.length > 1 ? [chainOf(run)] : run))
    run = []
  }
  for (const command of commands) {
    const first = run[0]
    const sameRange =
      first?.args.count === command.args.count && first?.args.chunkSize === command.args.chunkSize
    if (!command.elementwise || command.chunks === 1 || !sameRange) close()
    if (command.elementwise && command.chunks > 1) run.push(command)
    else chained.push(command)
  }
  close()
  return chained
}

function chainOf(links: readonly Command[]): Command {
  const { args, chunks } = links[0]!
  const count = args.count as number
  const tiles = Math.ceil(count / tileSize)
  return {
    kernel: 'chain',
    args: { links: links.length, tiles, tilesOfChunk: Math.ceil((args.chunkSize as number) / tileSize) },
    chunks,
    mayHalt: false,
    elementwise: false,
    op: links[0]!.op,
    links: links.map((link) => ({ ...link, args: { ...link.args, chunkSize: tileSize }, chunks: tiles })),
  }
}

/**
 * A chain's ops run at once: what one of them needs must not share memory with what a later one makes. Gives the
 * stretch of ops during which something needed from `first` to `last` must keep its place.
 */
export function throughChains(
  { first, last }: { readonly first: number; readonly last: number },
  commands: readonly Command[],
): { first: number; last: number } {
  const widened = { first, last }
  for (const { links } of commands) {
    if (links === undefined) continue
    const [begin, end] = [links[0]!.op, links.at(-1)!.op]
    if (first > begin && first <= end) widened.first = begin
    if (last >= begin && last < end) widened.last = end
  }
  return widened
}
