import { isGyreError } from '@gyre/tensor'
import type { Progress } from '../progress.js'
import { inParallel } from '../worker-process/in-parallel.js'
import { type Cell, describeCell } from './cell.js'
import type { CellProcesses } from './cell-job.js'
import type { ResultFile } from './result-file.js'

/** Computes cells and stores each in the result file; says which of them failed. Whoever can compute cells is one. */
export type CellRunner = (cells: readonly Cell[], results: ResultFile, title: string) => Promise<Failure[]>

/** A cell that has no result, and why. */
export interface Failure {
  readonly cell: Cell
  readonly reason: string
}

/** Runs cells on this machine, each in a process of its own, `parallel` at a time. One that fails stops no other. */
export function localRunner(processes: CellProcesses, parallel: number, progress: Progress): CellRunner {
  return async (cells, results, title) => {
    const failures: Failure[] = []
    const running = new Map<string, string>()
    const bar = progress.start(title, cells.length, 'cells')
    let done = 0
    const show = (): void => bar.update(done, [...running.values()].join('; '))
    await inParallel(cells, parallel, async (cell) => {
      const name = describeCell(cell)
      const computing = processes.run(cell, (step, total, detail) => {
        running.set(cell.key, `${name}: ${step}/${total}, ${detail}`)
        show()
      })
      const record = await computing.catch((error: unknown) => {
        // A bug, and a sweep that is stopped, end all; a cell's own trouble ends the cell.
        if (!isGyreError(error)) throw error
        failures.push({ cell, reason: error.message })
        progress.note(`${name} failed: ${error.message}`)
      })
      if (record) await results.append(record)
      running.delete(cell.key)
      done++
      show()
    })
    bar.stop()
    return failures
  }
}
