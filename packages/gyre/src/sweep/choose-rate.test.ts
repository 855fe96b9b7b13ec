import type { ResultRecord } from '@gyre/report'
import { describe, expect, it } from 'vitest'
import type { Cell } from './cell.js'
import { chooseRate } from './choose-rate.js'
import type { Group } from './plan.js'

/** A group with a tuning run at each rate, and what they measured; undefined for one that diverged. */
function choose(
  measured: readonly (readonly [rate: number, value: number | undefined])[],
  kind: 'language-model' | 'classification',
) {
  const metric = kind === 'language-model' ? 'loss' : 'matthews'
  const tuning = measured.map(([learningRate]) => ({ key: String(learningRate), learningRate }) as Cell)
  const learningRates = measured.map(([rate]) => rate)
  const outline = { kind, metrics: ['matthews', 'accuracy'] } as unknown as Group['outline']
  const metricsOf = (value: number | undefined) =>
    value === undefined ? { diverged: 1 } : { [metric]: value }
  const records = new Map(
    measured.map(([rate, value]) => [String(rate), { metrics: metricsOf(value) } as unknown as ResultRecord]),
  )
  return chooseRate({ tuning, learningRates, outline } as unknown as Group, records)
}

describe('the chosen learning rate', () => {
  it('has the lowest loss, or the highest value of the task’s first metric', () => {
    const measured = [
      [0.1, 0.5],
      [0.2, 0.3],
      [0.4, 0.6],
    ] as const
    expect(choose(measured, 'language-model')).toEqual({ learningRate: 0.2, atEdge: false })
    expect(choose(measured, 'classification')).toEqual({ learningRate: 0.4, atEdge: true })
  })

  it('is the lowest of equal ones, in whatever order they stand', () => {
    const measured = [
      [0.4, 0.5],
      [0.2, 0.5],
      [0.1, 0.4],
    ] as const
    expect(choose(measured, 'classification')).toEqual({ learningRate: 0.2, atEdge: false })
  })

  it('is none that diverged', () => {
    const measured = [
      [0.1, 0.5],
      [0.2, undefined],
    ] as const
    expect(choose(measured, 'language-model')).toEqual({ learningRate: 0.1, atEdge: true })
    expect(choose([[0.2, undefined]], 'language-model')).toBeUndefined()
  })

  it('is the only one where there is one, of which nothing was measured', () => {
    const group = { tuning: [], learningRates: [0.3] } as unknown as Group
    expect(chooseRate(group, new Map())).toEqual({ learningRate: 0.3, atEdge: false })
  })
})
