import { describe, expect, it } from 'vitest'
import { confidenceInterval, median, pairedDifference, spreadOf, studentQuantile } from './statistics.js'

describe("Student's t at 97.5 %", () => {
  // Printed in every table of the distribution.
  it.each([
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [9, 2.262],
    [10, 2.228],
    [29, 2.045],
    [30, 2.042],
    [120, 1.98],
  ])('is with %i degrees of freedom %f', (degrees, expected) => {
    expect(studentQuantile(degrees)).toBeCloseTo(expected, 3)
  })

  it('approaches the normal distribution’s 1.96', () => {
    expect(studentQuantile(5_000)).toBeCloseTo(1.96, 2)
  })

  it.each([0, 1.5, Number.NaN])('refuses %f degrees of freedom', (degrees) => {
    expect(() => studentQuantile(degrees)).toThrow(RangeError)
  })
})

describe('an interval', () => {
  it('is t · s / √n to each side of the mean', () => {
    const { mean, halfWidth, count } = confidenceInterval([1, 2, 3])
    expect([mean, count]).toEqual([2, 3])
    expect(halfWidth).toBeCloseTo(4.3027 / Math.sqrt(3), 4)
  })

  it('of a single value has no width, rather than none', () => {
    expect(confidenceInterval([7])).toEqual({ mean: 7, halfWidth: undefined, count: 1 })
  })

  it('of no values is an error', () => {
    expect(() => confidenceInterval([])).toThrow('there are no values')
  })

  it('of paired values leaves out what a seed does to both', () => {
    const left = new Map([
      [0, 10.1],
      [1, 20.1],
      [2, 30.1],
      [7, 99],
    ])
    const right = new Map([
      [0, 10],
      [1, 20],
      [2, 30],
    ])
    const paired = pairedDifference(left, right)!
    expect(paired.mean).toBeCloseTo(0.1)
    expect(paired.halfWidth).toBeCloseTo(0)
    expect(paired.count).toBe(3)
    expect(pairedDifference(left, new Map([[3, 1]]))).toBeUndefined()
  })
})

describe('a spread', () => {
  it('counts the values that are there, and divides by one less', () => {
    expect(spreadOf([1, undefined, 3])).toEqual({ mean: 2, deviation: Math.SQRT2 })
    expect(spreadOf([5])).toEqual({ mean: 5, deviation: 0 })
    expect(spreadOf([undefined])).toBeUndefined()
  })
})

describe('median', () => {
  it('is the value in the middle, of an even number the upper one of two', () => {
    expect(median([9, 1, 4])).toBe(4)
    expect(median([9, 1, 4, 5])).toBe(5)
  })
})
