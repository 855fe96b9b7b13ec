import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../finished-run.js'
import type { CellResult, Sizing } from './run-cell.js'

/** One way to choose block sizes on a task, run with every seed. */
export interface StudyRow {
  readonly sizing: Sizing
  /** The best of the study's rates, on another seed and other text. */
  readonly learningRate: number
  /** A run for each seed. */
  readonly runs: readonly CellResult[]
}

/** A task at one budget: what `p` numbers to a block everywhere cost. */
export interface StudyBlock {
  readonly title: string
  readonly steps: number
  readonly backend: string
  readonly node: string
  readonly p: number
  readonly budget: number
  /** The uniform one first. */
  readonly rows: readonly StudyRow[]
}

export interface StudyResults {
  readonly blocks: readonly StudyBlock[]
}

export const resultsFile = join(root, 'benchmarks/studies/results/adaptive-block-size.json')

export function readResults(): StudyResults {
  return JSON.parse(readFileSync(resultsFile, 'utf8')) as StudyResults
}
