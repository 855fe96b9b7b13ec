import type { ResultRecord } from '@gyre/report'
import type { TaskOutline } from '../fine-tuning/task.js'
import { type Cell, describeCell, makeCell } from './cell.js'
import type { Group } from './plan.js'

/** The measure that a task is judged by, and which way is better. */
export interface Judged {
  readonly metric: string
  readonly better: 'lower' | 'higher'
}

export function judgedBy({ kind, metrics }: Pick<TaskOutline, 'kind' | 'metrics'>): Judged {
  if (kind === 'language-model') return { metric: 'loss', better: 'lower' }
  if (kind === 'instruct') return { metric: 'lossPerAnswerToken', better: 'lower' }
  return { metric: metrics[0]!, better: 'higher' }
}

/** A learning rate, and whether it is the lowest or highest that was tried: a better one may lie beyond. */
export interface ChosenRate {
  readonly learningRate: number
  readonly atEdge: boolean
}

/** The rate of the best tuning run, of equal ones the lowest; undefined where every rate diverged. */
export function chooseRate(
  { outline, tuning, learningRates }: Group,
  records: ReadonlyMap<string, ResultRecord>,
): ChosenRate | undefined {
  if (tuning.length === 0) return { learningRate: learningRates[0]!, atEdge: false }
  const { metric, better } = judgedBy(outline)
  const sign = better === 'higher' ? 1 : -1
  let best: { cell: Cell; score: number } | undefined
  for (const cell of [...tuning].sort((a, b) => a.learningRate - b.learningRate)) {
    const record = records.get(cell.key)
    if (!record) throw new Error(`${describeCell(cell)} has not run`)
    const value = record.metrics[metric]
    if (value === undefined) continue
    if (best === undefined || sign * value > best.score) best = { cell, score: sign * value }
  }
  if (best === undefined) return undefined
  const { learningRate } = best.cell
  const atEdge = learningRate === Math.min(...learningRates) || learningRate === Math.max(...learningRates)
  return { learningRate, atEdge }
}

/** A group's runs at its chosen rate, one for each seed. */
export function finalCells({ setting, seeds }: Group, { learningRate }: ChosenRate): Cell[] {
  return seeds.map((seed) => makeCell(setting, { learningRate, seed, tuning: false }))
}
