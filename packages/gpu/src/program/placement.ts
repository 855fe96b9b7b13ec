import type { Block } from './block.js'
import { blocksOf, type Step } from './step.js'

/** For each block the first and the last step that touches it. */
export function stays(steps: readonly Step[]): Map<Block, { first: number; last: number }> {
  const found = new Map<Block, { first: number; last: number }>()
  steps.forEach((step, i) => {
    const { reads, writes } = blocksOf(step)
    for (const block of [...reads, ...writes]) {
      const stay = found.get(block)
      if (stay) stay.last = i
      else found.set(block, { first: i, last: i })
    }
  })
  return found
}

/** Without the steps that write only what no later step reads and nobody keeps: gradients that nobody asked for. */
export function withoutDeadSteps(steps: readonly Step[], isKept: (block: Block) => boolean): Step[] {
  const needed = new Set<Block>()
  const live: Step[] = []
  for (const step of steps.toReversed()) {
    const { reads, writes } = blocksOf(step)
    if (!writes.some((block) => needed.has(block) || isKept(block))) continue
    for (const block of [...reads, ...writes]) needed.add(block)
    live.push(step)
  }
  return live.reverse()
}

/** A buffer of the arena: its size, and the blocks that have it one after the other. */
export interface Slot {
  readonly bytes: number
  readonly blocks: readonly Block[]
}

/**
 * Gives each block a buffer that it shares with blocks needed at other times: the largest first, each in the first
 * buffer that is free while it stays. Whole buffers, not places in one: WebGPU lets no kernel read and write the same
 * buffer, wherever in it.
 */
export function placeInSlots(
  blocks: readonly { readonly block: Block; readonly first: number; readonly last: number }[],
): readonly Slot[] {
  const slots: { bytes: number; blocks: Block[]; taken: { first: number; last: number }[] }[] = []
  const order = [...blocks].sort((a, b) => b.block.bytes - a.block.bytes || a.first - b.first)
  for (const { block, first, last } of order) {
    const free = slots.find(({ taken }) => taken.every((other) => other.last < first || other.first > last))
    if (free) {
      free.blocks.push(block)
      free.taken.push({ first, last })
    } else slots.push({ bytes: block.bytes, blocks: [block], taken: [{ first, last }] })
  }
  return slots
}
