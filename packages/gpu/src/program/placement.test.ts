import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Block } from './block.js'
import { placeInSlots, stays, withoutDeadSteps } from './placement.js'

describe('the buffers of a program', () => {
  const interval = fc.record({
    bytes: fc.integer({ min: 0, max: 64 }),
    first: fc.integer({ min: -1, max: 20 }),
    length: fc.integer({ min: 0, max: 10 }),
  })

  it('are large enough, and never hold two blocks at one time', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 30 }), (intervals) => {
        const blocks = intervals.map(({ bytes, first, length }) => {
          return { block: new Block(bytes), first, last: first + length }
        })
        const slots = placeInSlots(blocks)
        expect(slots.flatMap((slot) => slot.blocks)).toHaveLength(blocks.length)
        for (const slot of slots) {
          const held = blocks.filter(({ block }) => slot.blocks.includes(block))
          for (const { block } of held) expect(block.bytes).toBeLessThanOrEqual(slot.bytes)
          const ordered = held.sort((a, b) => a.first - b.first)
          for (let i = 1; i < ordered.length; i++) {
            expect(ordered[i]!.first).toBeGreaterThan(ordered[i - 1]!.last)
          }
        }
      }),
    )
  })

  it('of a chain of equal sizes are two', () => {
    const blocks = Array.from({ length: 9 }, () => new Block(256))
    const steps = blocks.slice(1).map((to, i) => ({ kind: 'copy' as const, copy: { from: blocks[i]!, to } }))
    const intervals = [...stays(steps)].map(([block, stay]) => ({ block, ...stay }))
    expect(placeInSlots(intervals)).toHaveLength(2)
  })
})

describe('steps', () => {
  it('go where nobody reads what they write, and with them what was made for them alone', () => {
    const [input, first, second, unread, output] = Array.from({ length: 5 }, () => new Block(4))
    const copy = (from: Block, to: Block) => ({ kind: 'copy' as const, copy: { from, to } })
    const steps = [copy(input!, first!), copy(input!, second!), copy(second!, unread!), copy(first!, output!)]
    expect(withoutDeadSteps(steps, (block) => block === output)).toEqual([steps[0], steps[3]])
  })
})
