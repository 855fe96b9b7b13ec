import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from './data-error.js'
import { type Example, readExamples, type TableLayout } from './table-readers.js'

/** A task's examples, and what each label index stands for; scores have no labels. */
export interface TaskData {
  readonly train: readonly Example[]
  readonly dev: readonly Example[]
  readonly labels: readonly string[]
}

/** Without a development file, rows 10, 20, 30, … are held out. */
const holdOutEvery = 10

/**
 * A task from a folder with `train.tsv` and `dev.tsv` (`.csv`, `.jsonl`, as the layout says), or from one file. Where
 * there is only one file, every tenth of its rows is held out.
 */
export async function readTaskFolder(path: string, layout: TableLayout): Promise<TaskData> {
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new DataError(`${path}: there is no such file or folder`) : error
  })
  if (!entry.isDirectory()) return holdOutTenth(path, layout)

  const files = await readdir(path)
  const trainFile = `train.${layout.extension}`
  const devFile = `dev.${layout.extension}`
  if (!files.includes(trainFile)) {
    throw new DataError(
      `${path}: expected a file ${trainFile}, found ${files.sort().join(', ') || 'nothing'}`,
    )
  }
  if (!files.includes(devFile)) return holdOutTenth(join(path, trainFile), layout)
  const train = await readFileExamples(join(path, trainFile), layout)
  const dev = await readFileExamples(join(path, devFile), layout, train.labels)
  return { train: train.examples, dev: dev.examples, labels: train.labels }
}

async function holdOutTenth(path: string, layout: TableLayout): Promise<TaskData> {
  const { examples, labels } = await readFileExamples(path, layout)
  if (examples.length < holdOutEvery) {
    throw new DataError(
      `${path}: expected at least ${holdOutEvery} rows, of which every tenth is held out, got ${examples.length}`,
    )
  }
  const isHeldOut = (index: number): boolean => (index + 1) % holdOutEvery === 0
  return {
    train: examples.filter((_, index) => !isHeldOut(index)),
    dev: examples.filter((_, index) => isHeldOut(index)),
    labels,
  }
}

async function readFileExamples(path: string, layout: TableLayout, labels?: readonly string[]) {
  return readExamples(layout, decodeUtf8(await readFile(path), path), path, labels)
}

function decodeUtf8(bytes: Uint8Array, source: string): string {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    return decoder.decode(bytes)
  } catch {
    throw new DataError(`${source}, line ${firstInvalidLine(bytes)}: expected UTF-8, got bytes that are not`)
  }
}

function firstInvalidLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const lineFeed = 10
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf(lineFeed, start)
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end))
    } catch {
      return line
    }
    if (end < 0) return line
    start = end + 1
  }
}
