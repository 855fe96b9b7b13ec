import type { NamedColumns } from '@gyre/data'
import { TrainingError } from '../errors.js'
import { type TaskKind, taskKinds } from './task.js'

/** What a fine-tuned folder says of itself, beside its weights: enough to use it with fewer options. */
export interface RunRecord {
  readonly task: string
  readonly kind: TaskKind
  /** Names of the classes, in the order of the head's outputs. */
  readonly labels: readonly string[]
  /** The columns that were named. */
  readonly columns: NamedColumns
  readonly method: string
  readonly sequenceLength: number
  readonly steps: number
  readonly finalLoss: number
  readonly heldOut: { readonly [metric: string]: number }
}

/** The file that holds it. */
export const runRecordFile = 'gyre_run.json'

export function formatRunRecord(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}

/** Reads the text of a `gyre_run.json`; `where` names it in errors. */
export function parseRunRecord(text: string, where: string): RunRecord {
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch (error) {
    throw new TrainingError(`${where}: ${(error as Error).message}`)
  }
  if (!isRunRecord(record)) {
    throw new TrainingError(
      `${where}: expected task, kind, labels, columns and sequenceLength as finetune writes them`,
    )
  }
  return record
}

/** Checks what is used of a record. */
function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false
  const { task, kind, labels, columns, sequenceLength } = value as { readonly [field: string]: unknown }
  return (
    typeof task === 'string' &&
    taskKinds.includes(kind as TaskKind) &&
    Array.isArray(labels) &&
    labels.every((label) => typeof label === 'string') &&
    typeof columns === 'object' &&
    columns !== null &&
    Object.values(columns).every((name) => typeof name === 'string') &&
    Number.isInteger(sequenceLength)
  )
}
