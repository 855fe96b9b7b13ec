import type { ResultRecord } from '@gyre/report'
import type { BackendOptions } from '../backend.js'
import type { OnProgress } from '../worker-process/messages.js'
import { runInProcess } from '../worker-process/run-in-process.js'
import { type Cell, describeCell } from './cell.js'
import type { GridModel } from './grid.js'

/** What a process of a sweep is started for: a base model, which it answers with its folder, or a cell. */
export type CellJob = BackendOptions &
  (
    | { readonly kind: 'base'; readonly model: GridModel; readonly cacheFolder: string }
    | { readonly kind: 'cell'; readonly cell: Cell; readonly baseFolder: string }
  )

/** Where cells are computed, by whoever has taken them. */
export interface CellProcesses {
  /** Makes sure that the base model of a cell is there, then runs the cell. */
  run(cell: Cell, onProgress: OnProgress): Promise<ResultRecord>
}

export interface CellProcessOptions {
  /** Where base models are kept. */
  readonly cacheFolder: string
  readonly backend: BackendOptions
  /** Ends the processes. */
  readonly signal: AbortSignal
}

const worker = new URL('./cell-worker', import.meta.url)

/** Runs each cell in a process of its own. A base model is made once, by the first cell that needs it. */
export function cellProcesses({ cacheFolder, backend, signal }: CellProcessOptions): CellProcesses {
  const bases = new Map<string, Promise<string>>()
  const start = <Result>(name: string, job: CellJob, onProgress: OnProgress): Promise<Result> =>
    runInProcess<CellJob, Result>({ worker, name, job, onProgress, signal })
  const baseOf = (model: GridModel, onProgress: OnProgress): Promise<string> => {
    const key = JSON.stringify(model.base)
    let making = bases.get(key)
    if (making === undefined) {
      making = start<string>(
        `the base ${model.name}`,
        { kind: 'base', model, cacheFolder, ...backend },
        (done, total, detail) => onProgress(done, total, `pre-training ${model.name}, ${detail}`),
      )
      bases.set(key, making)
      // The next cell tries again.
      making.catch(() => bases.delete(key))
    }
    return making
  }
  return {
    run: async (cell, onProgress) => {
      const { base } = cell.model
      const baseFolder = base.kind === 'folder' ? base.folder.path : await baseOf(cell.model, onProgress)
      return start<ResultRecord>(
        describeCell(cell),
        { kind: 'cell', cell, baseFolder, ...backend },
        onProgress,
      )
    },
  }
}
