import { dft } from '@gyre/fft'
import { describe, expect, it } from 'vitest'
import { complexAt } from '../complex.js'
import { noise } from '../drawing/drawing.js'
import { applyButterfly, butterflies, decimatedOrder, reversedBits, twiddle } from './stages.js'
import { definitionCost, fastCost, transformByStages } from './transform.js'

const lengths = [4, 8, 16, 32]

describe.each(lengths)('a transform of %i by stages', async (n) => {
  const samples = noise.samples(n)
  const { columns, byDefinition } = transformByStages(samples)
  const numbers = columns.map((column) => column.dataSync())

  it('begins with the samples in bit-reversed order', () => {
    const order = decimatedOrder(n, 0)
    expect(order).toEqual(order.map((_, row) => reversedBits(row, Math.log2(n))))
    expect(order.map((_, row) => numbers[0]![2 * row])).toEqual(order.map((at) => Math.fround(samples[at]!)))
  })

  it('has in each column what the butterflies make of the column before', () => {
    let checked = 0
    for (const stage of butterflies(n)) {
      for (const butterfly of stage) {
        const { stage, top, bottom } = butterfly
        const before = numbers[stage - 1]!
        const [upper, lower] = applyButterfly(
          complexAt(before, top),
          complexAt(before, bottom),
          twiddle(butterfly),
        )
        for (const [row, made] of [
          [top, upper],
          [bottom, lower],
        ] as const) {
          const [re, im] = complexAt(numbers[stage]!, row)
          expect(Math.hypot(made[0] - re, made[1] - im)).toBeLessThan(1e-5)
          checked++
        }
      }
    }
    expect(checked).toBe(n * Math.log2(n))
  })

  it('ends with the transform, which is also what the definition gives', () => {
    const complex = new Float64Array(2 * n)
    samples.forEach((value, i) => {
      complex[2 * i] = value
    })
    const exact = dft(complex)
    for (const found of [numbers.at(-1)!, byDefinition.dataSync()])
      for (const [i, value] of found.entries()) expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-5)
  })

  it('takes n log n steps instead of n², and in FLOPs as many times fewer as the conventions say', () => {
    expect(fastCost(n)).toEqual({ multiplyAdds: n * Math.log2(n), flops: 5 * n * Math.log2(n) })
    const definition = definitionCost(n)
    expect(definition.multiplyAdds).toBe(n * n)
    expect(definition.flops).toBe(8 * n * n) // 6 for a complex multiplication, 2 for an addition
  })
})
