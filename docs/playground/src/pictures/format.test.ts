import { expect, it } from 'vitest'
import { formatComplex, formatDifference, formatNumber } from './format.js'

it.each([
  [0, '0'],
  [-0.001, '0'],
  [1, '1'],
  [-2, '−2'],
  [0.5, '0.50'],
  [-0.126, '−0.13'],
])('writes the number %d as %s', (value, text) => expect(formatNumber(value)).toBe(text))

it.each([
  [[0, 0], '0'],
  [[1, -1], '1 − i'],
  [[0, -1], '−i'],
  [[-0.5, 0.25], '−0.50 + 0.25i'],
  [[2, 0.0001], '2'],
] as const)('writes the complex number %j as %s', (value, text) => expect(formatComplex(value)).toBe(text))

it.each([
  [0, '0'],
  [3.14e-7, '3.1 · 10⁻⁷'],
  [2e-12, '2.0 · 10⁻¹²'],
])('writes the difference %d as %s', (value, text) => expect(formatDifference(value)).toBe(text))
