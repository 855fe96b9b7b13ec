import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReportError } from './errors.js'
import { distinctRecords, parseResults } from './results/read-results.js'
import type { ResultRecord } from './results/record.js'

/** What a folder's results came from. */
export interface ResultsFolder {
  readonly records: readonly ResultRecord[]
  /** The files that held results, and the JSON files that held none. */
  readonly files: readonly string[]
  readonly others: readonly string[]
}

/**
 * Reads all results of a folder, or of one file: `results.jsonl` of a sweep, and the JSON of comparisons, simulations and
 * benchmarks. Throws a `ReportError` that names file and line of what is malformed, and where there are no results.
 */
export async function readResults(path: string): Promise<ResultsFolder> {
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ReportError(
      error.code === 'ENOENT' ? `${path}: there is no such file or folder` : `${path}: ${error.message}`,
    )
  })
  const candidates = entry.isDirectory() ? await resultFiles(path) : [path]
  const records: ResultRecord[] = []
  const [files, others]: [string[], string[]] = [[], []]
  for (const file of candidates) {
    const found = parseResults(await readFile(file, 'utf8'), file)
    ;(found ? files : others).push(file)
    records.push(...(found ?? []))
  }
  if (records.length === 0) {
    throw new ReportError(
      `${path}: expected results: results.jsonl, or the JSON of a comparison, a simulation or a benchmark; found none`,
    )
  }
  return { records: distinctRecords(records), files, others }
}

async function resultFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => name === 'results.jsonl' || name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name))
}
