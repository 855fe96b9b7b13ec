import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NamedColumns } from '@gyre/data'
import { writeAtomically } from '@gyre/safetensors/node'
import { UsageError } from '../errors.js'
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

const fileName = 'gyre_run.json'

export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  await writeAtomically(join(folder, fileName), `${JSON.stringify(record, null, 2)}\n`)
}

/** The record of a folder; undefined when it has none, as a folder from elsewhere. */
export async function readRunRecord(folder: string): Promise<RunRecord | undefined> {
  const path = join(folder, fileName)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined) return undefined
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`)
  }
  if (!isRunRecord(record)) {
    throw new UsageError(
      `${path}: expected task, kind, labels, columns and sequenceLength as finetune writes them`,
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
