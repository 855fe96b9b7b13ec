import v8 from 'node:v8'
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createFft } from './create-fft.js'

v8.setFlagsFromString('--expose-gc')
const collectGarbage = vm.runInNewContext('gc') as () => void

/**
 * Bytes that one call leaves behind, in the heap and in buffers outside it. The engine's own work (compiling,
 * collecting, boxing numbers while it still interprets) comes on top in some rounds, so the smallest figure of several
 * rounds counts, and a loaded machine gets more of them.
 */
function bytesPerCall(call: () => unknown, enough: number): number {
  const calls = 1000
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  let smallest = Number.POSITIVE_INFINITY
  for (let round = 0; round < 40 && smallest > enough; round++) {
    collectGarbage()
    const before = used()
    for (let i = 0; i < calls; i++) call()
    smallest = Math.min(smallest, (used() - before) / calls)
  }
  return smallest
}

describe('a call with an output', () => {
  // Less than the smallest object with a field or two.
  const nothing = 16

  it.each([
    [48, 'stages'],
    [256, 'radix-4 stages'],
    [7, 'a stage of any odd radix'],
    [37, 'a convolution'],
  ])('allocates nothing for n = %i, which takes %s', (n) => {
    const plan = createFft(n)
    const rows = 3
    const bins = Math.floor(n / 2) + 1
    const complex = new Float32Array(rows * 2 * n).fill(0.3)
    const complexOut = new Float32Array(rows * 2 * n)
    const real = new Float32Array(rows * n).fill(0.3)
    const spectrum = new Float32Array(rows * 2 * bins)
    expect(bytesPerCall(() => plan.forward(complex, complexOut), nothing)).toBeLessThanOrEqual(nothing)
    expect(bytesPerCall(() => plan.inverse(complex, complexOut), nothing)).toBeLessThanOrEqual(nothing)
    expect(bytesPerCall(() => plan.realForward(real, spectrum), nothing)).toBeLessThanOrEqual(nothing)
    expect(bytesPerCall(() => plan.realInverse(spectrum, real), nothing)).toBeLessThanOrEqual(nothing)
  })

  it('is told apart by this measure from one without, which allocates its result', () => {
    const plan = createFft(48)
    const x = new Float32Array(2 * 48)
    const kept: Float32Array[] = []
    expect(bytesPerCall(() => kept.push(plan.forward(x)), nothing)).toBeGreaterThan(x.byteLength)
  })
})
