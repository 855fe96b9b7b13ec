import { setTimeout as sleep } from 'node:timers/promises'
import type { ResultRecord } from '@gyre/report'
import { type Job, Queue } from 'bullmq'
import type { Progress } from '../../progress.js'
import { type Cell, describeCell } from '../cell.js'
import type { ResultFile } from '../result-file.js'
import type { CellRunner, Failure } from '../run-cells.js'
import { connectRedis, queueName } from './connection.js'

/** How far a worker is with a cell. */
export interface CellProgress {
  readonly worker: string
  readonly step: number
  readonly total: number
}

type CellQueueJob = Job<Cell, ResultRecord>

/** A runner whose cells are computed by the workers of a Redis, and how to let go of it. */
export interface QueueRunner {
  readonly run: CellRunner
  close(): Promise<void>
}

const pollMilliseconds = 500

/** How often a cell is tried whose worker fails, but not by an error that would come again. */
const attempts = 3

/**
 * Hands cells to workers through a Redis. A cell's key is its job's id, so that it waits there once. Results stay in
 * the Redis until they are on this machine's disk: a sweep that is killed finds them there when it goes on.
 */
export async function connectQueue(
  url: string,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<QueueRunner> {
  const { redis, lost } = await connectRedis(url)
  const queue = new Queue<Cell, ResultRecord>(queueName, { connection: redis })
  queue.on('error', () => {}) // told by `lost`
  const run: CellRunner = async (cells, results, title) => {
    const ended = new AbortController()
    const failed = lost.then((error) => {
      throw error
    })
    try {
      return await Promise.race([
        collect({ queue, cells, results, title, progress, signal: AbortSignal.any([signal, ended.signal]) }),
        failed,
      ])
    } finally {
      ended.abort()
    }
  }
  return {
    run,
    close: async () => {
      redis.disconnect()
    },
  }
}

interface Collection {
  readonly queue: Queue<Cell, ResultRecord>
  readonly cells: readonly Cell[]
  readonly results: ResultFile
  readonly title: string
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Queues cells and stores their results as they come. */
async function collect({ queue, cells, results, title, progress, signal }: Collection): Promise<Failure[]> {
  const waiting = new Map(cells.map((cell) => [cell.key, cell]))
  const failures: Failure[] = []
  const ours = async (state: 'completed' | 'failed' | 'active'): Promise<CellQueueJob[]> => {
    const jobs = await queue.getJobs([state])
    return jobs.filter((job) => job && waiting.has(job.id!))
  }
  // Cells that failed in an earlier sweep get new attempts.
  for (const job of await ours('failed')) await job.remove()
  await enqueue(queue, cells)
  const bar = progress.start(title, cells.length, 'cells')
  while (waiting.size > 0) {
    signal.throwIfAborted()
    for (const job of await ours('completed')) {
      await results.append(job.returnvalue)
      waiting.delete(job.id!)
      await job.remove()
    }
    for (const job of await ours('failed')) {
      const cell = waiting.get(job.id!)!
      failures.push({ cell, reason: job.failedReason })
      progress.note(`${describeCell(cell)} failed: ${job.failedReason}`)
      waiting.delete(job.id!)
    }
    const active = (await ours('active')).map((job) => {
      const { worker, step, total } = job.progress as Partial<CellProgress>
      return worker === undefined ? describeCell(job.data) : `${worker}: ${job.data.method} ${step}/${total}`
    })
    const workers = await queue.getWorkersCount()
    bar.update(cells.length - waiting.size, `${workers} workers; ${active.join('; ')}`)
    // A Redis that came back empty has forgotten the cells.
    const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed')
    const known = Object.values(counts).reduce((total, count) => total + count, 0)
    if (known < waiting.size) await enqueue(queue, [...waiting.values()])
    if (waiting.size > 0) await sleep(pollMilliseconds)
  }
  bar.stop()
  return failures
}

/** A cell that is in the queue already is left there. */
async function enqueue(queue: Queue<Cell, ResultRecord>, cells: readonly Cell[]): Promise<void> {
  await queue.addBulk(
    cells.map((cell) => ({
      name: 'cell',
      data: cell,
      opts: { jobId: cell.key, attempts, backoff: { type: 'exponential', delay: 1000 } },
    })),
  )
}
