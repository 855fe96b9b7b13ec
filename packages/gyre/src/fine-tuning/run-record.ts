import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '@gyre/safetensors/node'
import { UsageError } from '../errors.js'

/** What a fine-tuned folder says of itself, beside its weights: enough to use it with fewer options. */
export interface RunRecord {
  readonly task: string
  readonly labels: readonly string[]
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
  try {
    return JSON.parse(text) as RunRecord
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`)
  }
}
