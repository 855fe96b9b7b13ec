import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResultRecord } from '@gyre/report'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { peekResults, ResultFile } from './result-file.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gyre-results-'))
  folders.push(folder)
  return folder
}

const recordOf = (cell: string, loss = 1): ResultRecord => ({
  format: 1,
  kind: 'sweep',
  cell,
  settings: {},
  versions: {},
  metrics: { loss },
  curves: {},
  finishedAt: '2025-01-01T00:00:00.000Z',
})

/** What a sweep finds that goes on. */
async function reopened(folder: string): Promise<ReadonlyMap<string, ResultRecord>> {
  const file = await ResultFile.open(folder)
  await file.close()
  return file.records
}

describe('the results of a sweep', () => {
  afterEach(() => vi.restoreAllMocks())

  it('are there for the sweep that goes on', async () => {
    const folder = newFolder()
    const file = await ResultFile.open(folder)
    await Promise.all([file.append(recordOf('a')), file.append(recordOf('b'))])
    await file.close()
    expect([...(await reopened(folder)).keys()]).toEqual(['a', 'b'])
    expect((await peekResults(folder)).get('b')).toEqual(recordOf('b'))
  })

  it('have each cell once, as it came first', async () => {
    const folder = newFolder()
    const file = await ResultFile.open(folder)
    await file.append(recordOf('a', 1))
    await file.append(recordOf('a', 2))
    await file.close()
    const path = join(folder, 'results.jsonl')
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2)
    appendFileSync(path, `${JSON.stringify(recordOf('a', 3))}\n`)
    expect((await reopened(folder)).get('a')!.metrics).toEqual({ loss: 1 })
    expect((await peekResults(folder)).get('a')!.metrics).toEqual({ loss: 1 })
  })

  it('lose nothing but a line that a crash cut off, which is put aside', async () => {
    const folder = newFolder()
    const path = join(folder, 'results.jsonl')
    const [whole, half] = [JSON.stringify(recordOf('a')), JSON.stringify(recordOf('ü')).slice(0, 50)]
    writeFileSync(path, `${whole}\n${half}`)
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect([...(await peekResults(folder)).keys()]).toEqual(['a'])
    expect(readFileSync(path, 'utf8')).toBe(`${whole}\n${half}`)
    expect([...(await reopened(folder)).keys()]).toEqual(['a'])
    expect(readFileSync(path, 'utf8')).toBe(`${whole}\n`)
    expect(readFileSync(`${path}.cut-off`, 'utf8')).toBe(`${half}\n`)
    expect(told).toHaveBeenCalledWith(expect.stringContaining('the last line was cut off'))
  })

  it('are refused where a line in between is no result', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'results.jsonl'), `${JSON.stringify(recordOf('a'))}\n{"format":1}\n`)
    await expect(ResultFile.open(folder)).rejects.toThrow(/results\.jsonl:2: expected a result/)
    // The lock does not stay.
    await expect(ResultFile.open(folder)).rejects.toThrow(/results\.jsonl:2: expected a result/)
  })

  it('are written by one sweep at a time; a lock of a process that is gone does not count', async () => {
    const folder = newFolder()
    const lock = join(folder, 'sweep.lock')
    writeFileSync(lock, String(process.ppid))
    await expect(ResultFile.open(folder)).rejects.toThrow(/another sweep, process \d+, writes there/)
    const { pid } = spawnSync('true')
    writeFileSync(lock, String(pid))
    await expect(reopened(folder)).resolves.toBeDefined()
  })

  it('stay whole when the disk is full, and go on when it is not', async ({ skip }) => {
    const folder = newFolder()
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder])
    skip(mounted.status !== 0, 'a full disk is a small one that is mounted, which takes root')
    try {
      const file = await ResultFile.open(folder)
      await file.append(recordOf('a'))
      const large = { ...recordOf('b'), settings: { text: 'x'.repeat(40_000) } }
      await expect(file.append(large)).rejects.toThrow(
        /results\.jsonl: the disk is full; the 1 results before are safe, and the same command goes on/,
      )
      expect(readFileSync(file.path, 'utf8')).toBe(`${JSON.stringify(recordOf('a'))}\n`)
      expect(file.records.has('b')).toBe(false)
      await file.append(recordOf('c'))
      await file.close()
      expect([...(await reopened(folder)).keys()]).toEqual(['a', 'c'])
    } finally {
      spawnSync('umount', [folder])
    }
  })
})
