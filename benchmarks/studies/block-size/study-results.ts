import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../finished-run.js'

/** What a task is judged by. */
export type Measure = 'accuracy' | 'loss'

/** What the study keeps of a run that is compared. */
export interface StudyRun {
  readonly seed: number
  /** The measure on what is held out; null where the training diverged. */
  readonly value: number | null
  /** Of the whole run; others who used the machine do not count. */
  readonly processorSeconds: number
  readonly peakBytes: number
}

/** A method of a certain size, on a task, in a model. */
export interface StudySetting {
  readonly model: string
  readonly task: string
  /** The grid's row: the method without its size. */
  readonly row: string
  readonly method: string
  /** The numbers of the block size that it is matched to; null for one that is matched to none. */
  readonly budget: number | null
  readonly trainableParameters: number
  /** Of a training step, traced. */
  readonly flopsPerToken: number
  /** Its cells in the grid, and those that are finished. */
  readonly cells: number
  readonly finished: number
  readonly learningRates: readonly number[]
  /** What each rate reached that has been tried, on one seed and the end of the training data. */
  readonly tried: readonly { readonly learningRate: number; readonly value: number | null }[]
  /** The chosen rate; null as long as no run has it. */
  readonly learningRate: number | null
  readonly runs: readonly StudyRun[]
}

/** The results of `benchmarks/studies/block-size.yaml`, as far as they are there, in short. */
export interface StudyResults {
  readonly format: 'gyre-block-size-study'
  readonly version: 1
  readonly seeds: readonly number[]
  /** By task, of those that have results. */
  readonly measures: { readonly [task: string]: Measure }
  /** Seconds of a processor: of the finished cells, and estimated for those that are missing. */
  readonly processorSeconds: { readonly finished: number; readonly missing: number }
  /** What the results were made with: each name with its values. */
  readonly versions: { readonly [name: string]: readonly string[] }
  /** What the grid asks for and no size of a method is small enough for. */
  readonly leftOut: readonly string[]
  readonly settings: readonly StudySetting[]
}

export const resultsFile = join(root, 'benchmarks/studies/results/block-size.json')

export function readResults(): StudyResults {
  return JSON.parse(readFileSync(resultsFile, 'utf8')) as StudyResults
}
