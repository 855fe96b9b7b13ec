import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseWithin, type KnapsackItem } from './knapsack.js'

const itemsOf = (cost: fc.Arbitrary<number>, value: fc.Arbitrary<number>) =>
  fc.array(fc.array(fc.record({ cost, value }), { maxLength: 4 }), { maxLength: 6 })
/** Whole numbers, whose ties are many, and fractions, whose sums are their own. */
const groups = fc.oneof(
  itemsOf(fc.integer({ min: 1, max: 12 }), fc.nat(6)),
  itemsOf(
    fc.integer({ min: 1, max: 12 }).map((n) => n * 7),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ),
)

function worth(groups: readonly (readonly KnapsackItem[])[], chosen: readonly (number | undefined)[]) {
  const items = groups.flatMap((items, i) => (chosen[i] === undefined ? [] : [items[chosen[i]]!]))
  return {
    cost: items.reduce((total, { cost }) => total + cost, 0),
    value: items.reduce((total, { value }) => total + value, 0),
  }
}

/** The best value, by trying every choice. */
function bestValue(groups: readonly (readonly KnapsackItem[])[], budget: number): number {
  const [first, ...rest] = groups
  if (!first) return 0
  const withFirst = first
    .filter(({ cost }) => cost <= budget)
    .map(({ cost, value }) => value + bestValue(rest, budget - cost))
  return Math.max(bestValue(rest, budget), ...withFirst)
}

describe('chooseWithin', () => {
  it('finds what trying every choice finds, and never exceeds the budget', () => {
    fc.assert(
      fc.property(groups, fc.nat(100), (groups, budget) => {
        const { cost, value } = worth(groups, chooseWithin(budget, groups))
        expect(cost).toBeLessThanOrEqual(budget)
        expect(value).toBeCloseTo(bestValue(groups, budget), 12)
      }),
      { numRuns: 300 },
    )
  })

  it('takes one item of a group where several would fit', () => {
    expect(
      chooseWithin(10, [
        [
          { cost: 1, value: 3 },
          { cost: 2, value: 4 },
        ],
        [],
      ]),
    ).toEqual([1, undefined])
  })

  it('prefers of equal values the cheaper one, and of equals the first', () => {
    const equals = [
      { cost: 4, value: 1 },
      { cost: 2, value: 1 },
      { cost: 2, value: 1 },
    ]
    expect(chooseWithin(4, [equals])).toEqual([1])
    expect(chooseWithin(2, [equals, equals])).toEqual([1, undefined])
  })

  it('leaves out what is worth nothing', () => {
    expect(chooseWithin(9, [[{ cost: 1, value: 0 }]])).toEqual([undefined])
  })

  it('is quick where the items of a large model are many and their costs have no common measure', () => {
    const items = Array.from({ length: 12 }, (_, i) => ({ cost: 997 + 131 * i, value: Math.sqrt(1 + i) }))
    const groups = Array.from({ length: 100 }, (_, i) =>
      items.map(({ cost, value }) => ({ cost, value: value * (1 + (i % 7)) })),
    )
    const { cost } = worth(groups, chooseWithin(20_000, groups))
    expect(cost).toBeLessThanOrEqual(20_000)
    expect(cost).toBeGreaterThan(19_000)
  })
})
