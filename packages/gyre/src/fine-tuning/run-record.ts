import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '@gyre/safetensors/node'
import { formatRunRecord, parseRunRecord, type RunRecord, runRecordFile } from '@gyre/train'

export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  await writeAtomically(join(folder, runRecordFile), formatRunRecord(record))
}

/** The record of a folder; undefined when it has none, as a folder from elsewhere. */
export async function readRunRecord(folder: string): Promise<RunRecord | undefined> {
  const path = join(folder, runRecordFile)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  return text === undefined ? undefined : parseRunRecord(text, path)
}
