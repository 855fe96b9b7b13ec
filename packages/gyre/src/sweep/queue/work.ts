import { hostname } from 'node:os'
import type { ResultRecord } from '@gyre/report'
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq'
import type { BackendOptions } from '../../backend.js'
import { UsageError } from '../../errors.js'
import { type Cell, describeCell } from '../cell.js'
import { cellProcesses } from '../cell-job.js'
import { connectRedis, queueName } from './connection.js'
import type { CellProgress } from './queue-runner.js'

export interface WorkOptions {
  readonly queue: string
  /** Where this machine keeps base models; it makes those that are missing. */
  readonly cacheFolder: string
  /** Cells at a time. */
  readonly parallel: number
  readonly backend: BackendOptions
  /** After this long without a sign of life, a cell is taken from its worker and given to another. */
  readonly lockSeconds: number
}

/** How often a cell may lose its worker before it counts as failed: it may be what kills them. */
const maxStalledCount = 5

/**
 * Computes the cells that sweeps put into a Redis, until it is told to stop. Cells run in processes of their own, so
 * that this one is always free to renew its locks.
 */
export async function work(options: WorkOptions): Promise<void> {
  const { cacheFolder, parallel, backend, lockSeconds } = options
  const { redis, lost } = await connectRedis(options.queue)
  const stop = new AbortController()
  const processes = cellProcesses({ cacheFolder, backend, signal: stop.signal })
  const name = `${hostname()}:${process.pid}`
  const compute = async (job: Job<Cell, ResultRecord>, token?: string): Promise<ResultRecord> => {
    const cell = job.data
    process.stderr.write(`${describeCell(cell)}: begun\n`)
    const tell = atMostEverySecond((step: number, total: number) => {
      const told: CellProgress = { worker: name, step, total }
      // A cell that was taken away in the meantime hears nothing.
      job.updateProgress(told).catch(() => {})
    })
    try {
      const record = await processes.run(cell, tell)
      process.stderr.write(`${describeCell(cell)}: done\n`)
      return record
    } catch (error) {
      if (stop.signal.aborted) {
        // Back into the queue, without counting as an attempt.
        await job.moveToDelayed(Date.now(), token)
        throw new DelayedError()
      }
      process.stderr.write(`${describeCell(cell)}: ${(error as Error).message}\n`)
      // A sentence about the cell would be the same on every worker.
      throw error instanceof UsageError ? new UnrecoverableError(error.message) : error
    }
  }
  const worker = new Worker<Cell, ResultRecord>(queueName, compute, {
    connection: redis,
    concurrency: parallel,
    lockDuration: lockSeconds * 1000,
    stalledInterval: lockSeconds * 1000,
    maxStalledCount,
  })
  worker.on('error', () => {}) // told by `lost`
  process.stderr.write(`${name} waits for cells, ${parallel} at a time\n`)
  const stopped = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(undefined))
  })
  const problem = await Promise.race([stopped, lost])
  stop.abort()
  if (problem) {
    await worker.close(true)
    throw problem
  }
  await worker.close()
  redis.disconnect()
  process.stderr.write('stopped; cells that were not done go to other workers\n')
}

function atMostEverySecond<Args extends readonly unknown[]>(
  call: (...args: Args) => void,
): (...args: Args) => void {
  let last = Number.NEGATIVE_INFINITY
  return (...args) => {
    const now = performance.now()
    if (now - last < 1000) return
    last = now
    call(...args)
  }
}
