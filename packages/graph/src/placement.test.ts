import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Interval, placeIntervals } from './placement.js'

const alignment = 64

describe('placeIntervals', () => {
  it('lets what is needed at different times share its place', () => {
    const intervals = [
      { bytes: 100, first: 0, last: 1 },
      { bytes: 128, first: 2, last: 3 },
    ]
    expect(placeIntervals(intervals, alignment)).toEqual({ offsets: [0, 0], bytes: 128 })
  })

  it('fills a gap that is wide enough', () => {
    const intervals = [
      { bytes: 256, first: 0, last: 9 },
      { bytes: 192, first: 0, last: 4 },
      { bytes: 128, first: 0, last: 9 },
      { bytes: 64, first: 5, last: 9 },
    ]
    expect(placeIntervals(intervals, alignment)).toEqual({ offsets: [0, 256, 448, 256], bytes: 576 })
  })

  it('never lets two overlap in memory and in time, and takes no more than all together', () => {
    const interval = fc
      .record({ bytes: fc.nat(1000), first: fc.nat(20), length: fc.nat(8) })
      .map(({ bytes, first, length }): Interval => ({ bytes, first, last: first + length }))
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 40 }), (intervals) => {
        const { offsets, bytes } = placeIntervals(intervals, alignment)
        const ends = intervals.map((each, i) => offsets[i]! + each.bytes)
        expect(Math.max(0, ...ends)).toBeLessThanOrEqual(bytes)
        expect(bytes).toBeLessThanOrEqual(intervals.reduce((sum, each) => sum + each.bytes + alignment, 0))
        for (let i = 0; i < intervals.length; i++) {
          expect(offsets[i]! % alignment).toBe(0)
          for (let j = 0; j < i; j++) {
            const [a, b] = [intervals[i]!, intervals[j]!]
            const together = a.first <= b.last && b.first <= a.last
            const share = offsets[i]! < ends[j]! && offsets[j]! < ends[i]!
            expect(together && share && a.bytes > 0 && b.bytes > 0).toBe(false)
          }
        }
      }),
    )
  })
})
