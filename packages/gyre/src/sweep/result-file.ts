import { appendFile, type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResultRecord } from '@gyre/report'
import { systemProblem, UsageError } from '../errors.js'

/**
 * The results of a sweep: a file of JSON lines that only grows, one line for each finished cell. A cell is done once
 * its line is on the disk; a line that a crash cut off is put aside, and its cell runs again.
 */
export class ResultFile {
  readonly #records: Map<string, ResultRecord>
  /** Appends take turns. */
  #last: Promise<void> = Promise.resolve()

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly lock: string,
    records: readonly ResultRecord[],
  ) {
    this.#records = new Map()
    for (const record of records) this.#keep(record)
  }

  /** Opens `results.jsonl` of a folder, which only one sweep may write to at a time. */
  static async open(folder: string): Promise<ResultFile> {
    const path = join(folder, 'results.jsonl')
    const lock = await takeLock(folder)
    try {
      const file = await open(path, 'a')
      try {
        return new ResultFile(path, file, lock, await readWholeLines(path, file))
      } catch (error) {
        await file.close()
        throw error
      }
    } catch (error) {
      await rm(lock, { force: true })
      throw error
    }
  }

  /** By cell, in the order in which they came. */
  get records(): ReadonlyMap<string, ResultRecord> {
    return this.#records
  }

  /** Adds a result; once the promise is kept, it is on the disk. A cell that is there already is left as it is. */
  append(record: ResultRecord): Promise<void> {
    const appended = this.#last.then(() => this.#write(record))
    this.#last = appended.catch(() => {})
    return appended
  }

  async close(): Promise<void> {
    await this.#last
    await this.file.close()
    await rm(this.lock, { force: true })
  }

  async #write(record: ResultRecord): Promise<void> {
    if (this.#records.has(record.cell)) return
    const { size } = await this.file.stat()
    try {
      await this.file.appendFile(`${JSON.stringify(record)}\n`)
      await this.file.datasync()
    } catch (error) {
      // What was written of the line is no result; nothing but whole lines stays.
      await this.file.truncate(size)
      throw new UsageError(
        `${this.path}: ${systemProblem(error as NodeJS.ErrnoException)}; the ${this.#records.size} results before are safe, and the same command goes on`,
      )
    }
    this.#keep(record)
  }

  /** The first record of a cell counts. */
  #keep(record: ResultRecord): void {
    if (!this.#records.has(record.cell)) this.#records.set(record.cell, record)
  }
}

/** What a folder holds already, by cell; nothing is changed, and a sweep may be running there. */
export async function peekResults(folder: string): Promise<ReadonlyMap<string, ResultRecord>> {
  const path = join(folder, 'results.jsonl')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const records = readLines(text.slice(0, text.lastIndexOf('\n') + 1), path)
  // The first of a cell counts, and so comes last here.
  return new Map(records.reverse().map((record) => [record.cell, record]))
}

/** The file's records. A last line without an end is moved to a file beside it. */
async function readWholeLines(path: string, file: FileHandle): Promise<ResultRecord[]> {
  const text = await readFile(path, 'utf8')
  const end = text.lastIndexOf('\n') + 1
  if (end < text.length) {
    await appendFile(`${path}.cut-off`, `${text.slice(end)}\n`)
    await file.truncate(Buffer.byteLength(text.slice(0, end)))
    process.stderr.write(
      `${path}: the last line was cut off; it is put aside in ${path}.cut-off, and its cell runs again\n`,
    )
  }
  return readLines(text.slice(0, end), path)
}

function readLines(text: string, path: string): ResultRecord[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, i) => readRecord(line, `${path}:${i + 1}`))
}

function readRecord(line: string, where: string): ResultRecord {
  let record: Partial<ResultRecord> | null = null
  try {
    record = JSON.parse(line) as Partial<ResultRecord> | null
  } catch {
    // Told below.
  }
  const isRecord =
    record?.format === 1 &&
    typeof record.cell === 'string' &&
    [record.settings, record.metrics, record.curves].every((part) => typeof part === 'object' && part)
  if (!isRecord) throw new UsageError(`${where}: expected a result as a sweep writes it`)
  return record as ResultRecord
}

/** A file with the number of this process; one of a process that is gone does not count. */
async function takeLock(folder: string): Promise<string> {
  const path = join(folder, 'sweep.lock')
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  if (holder > 0 && holder !== process.pid && isRunning(holder)) {
    throw new UsageError(`${folder}: another sweep, process ${holder}, writes there; its lock is ${path}`)
  }
  await writeFile(path, String(process.pid))
  return path
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
