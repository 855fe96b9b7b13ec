import { describe, expect, test } from 'vitest'
import { SampleSource } from './samples.js'

describe('samples', () => {
  test('are the same numbers in both precisions, in the same order', () => {
    const [wide, narrow] = [new SampleSource(1, 'float64'), new SampleSource(1, 'float32')]
    for (const draw of ['normal', 'between', 'distinct', 'complex'] as const) {
      const expected = wide[draw]([3, 2]).dataSync()
      expect([...narrow[draw]([3, 2]).dataSync()]).toEqual([...Float32Array.from(expected)])
    }
    expect(narrow.integers([5], 9).dataSync()).toEqual(wide.integers([5], 9).dataSync())
    expect([wide.complex([1]).dtype, narrow.complex([1]).dtype]).toEqual(['complex128', 'complex64'])
  })

  test('that are distinct stay clear of each other and of zero', () => {
    const values = [0, ...new SampleSource(2).distinct([5, 5]).dataSync()].sort((a, b) => a - b)
    const gaps = values.slice(1).map((value, i) => value - values[i]!)
    expect(Math.min(...gaps)).toBe(0.125)
  })

  test('stay in their range', () => {
    const source = new SampleSource(3)
    const between = source.between([100]).dataSync()
    expect(Math.min(...between)).toBeGreaterThanOrEqual(0.5)
    expect(Math.max(...between)).toBeLessThan(2)
    expect(new Set(source.booleans([100]).dataSync())).toEqual(new Set([0, 1]))
  })
})
