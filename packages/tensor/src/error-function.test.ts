import { expect, test } from 'vitest'
import { errorFunction } from './error-function.js'

test.each([
  [0, 0],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [3.5, 0.9999992569016276],
])('erf(%d) is %d to 1e-14, and odd', (x, expected) => {
  expect(Math.abs(errorFunction(x) - expected)).toBeLessThan(1e-14)
  expect(errorFunction(-x)).toBe(-errorFunction(x))
})

test('goes over smoothly from the series to the continued fraction at 3 and to 1 at 6', () => {
  const slope = (x: number) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)
  const step = 1e-9
  expect(Math.abs(errorFunction(3) - errorFunction(3 - step) - step * slope(3))).toBeLessThan(1e-14)
  expect(errorFunction(6)).toBe(1)
  expect(errorFunction(6 - step)).toBe(1)
  expect(errorFunction(Number.POSITIVE_INFINITY)).toBe(1)
})

test('is the integral of its slope between 0 and 5', () => {
  // Simpson's rule with 4000 intervals: its error is below 1e-13 here.
  const slope = (x: number) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)
  for (const x of [0.1, 0.7, 1.3, 2.2, 2.9, 3.1, 4, 5]) {
    const n = 4000
    let sum = slope(0) + slope(x)
    for (let i = 1; i < n; i++) sum += (i % 2 ? 4 : 2) * slope((i * x) / n)
    expect(Math.abs(errorFunction(x) - (sum * x) / (3 * n))).toBeLessThan(1e-12)
  }
})

test('passes NaN on', () => {
  expect(errorFunction(Number.NaN)).toBeNaN()
})
