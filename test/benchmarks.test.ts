import { describe, expect, it } from 'vitest'
import { measure } from '../benchmarks/src/measure.js'
import { checkEqual } from '../benchmarks/src/suite.js'

describe('measure', () => {
  it('lets contestants take turns, and each of them begin', async () => {
    const calls: string[] = []
    const contestant = (name: string) => ({ name, flops: 1, run: () => void calls.push(name) })
    // Rounds of no time: one run each. The first four calls warm up.
    await measure('work', [contestant('a'), contestant('b')], { rounds: 3, roundMilliseconds: 0 })
    expect(calls.slice(4).join(' ')).toBe('a b b a a b')
  })

  it('repeats a short run and waits for one that promises', async () => {
    let runs = 0
    let finished = 0
    const run = async (): Promise<void> => {
      runs++
      await new Promise((resolve) => setTimeout(resolve, 2))
      finished++
    }
    const measured = await measure('work', [{ name: 'a', flops: 7, run }], {
      rounds: 2,
      roundMilliseconds: 10,
    })
    expect(measured).toHaveLength(1)
    expect(measured[0]).toMatchObject({ work: 'work', name: 'a', flops: 7, rounds: 2 })
    expect(measured[0]!.minimum).toBeLessThanOrEqual(measured[0]!.median)
    expect([runs, finished]).toEqual([runs, runs])
    expect(runs).toBeGreaterThan(4)
  })
})

describe('checkEqual', () => {
  it('lets rounding pass and nothing else', () => {
    expect(() => checkEqual('fft', [1, 2.000001], [1, 2])).not.toThrow()
    expect(() => checkEqual('fft', [1, 2.1], [1, 2])).toThrow('fft: the results differ by')
    expect(() => checkEqual('fft', [1, Number.NaN], [1, 2])).toThrow('fft: the results differ by')
    expect(() => checkEqual('fft', [1, 2, 3], [1, 2])).toThrow('fft: the results differ')
  })
})
