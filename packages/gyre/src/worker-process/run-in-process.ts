import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { GyreError } from '@gyre/tensor'
import { UsageError } from '../errors.js'
import type { OnProgress, WorkerMessage } from './messages.js'

/** A worker process that was gone before its job was done: killed, or out of memory. */
export class ProcessEndedError extends GyreError {}

export interface ProcessOptions<Job> {
  /** The module that the process runs, without its ending; it calls `answerParent`. */
  readonly worker: URL
  /** How errors call the job. */
  readonly name: string
  readonly job: Job
  readonly onProgress: OnProgress
  /** Ends the process. */
  readonly signal: AbortSignal
}

/**
 * Runs a job in a process of its own, so that its peak memory is its own, two jobs use two cores, and this process
 * stays free for signals and timers. The process ends with its job, or with this one.
 */
export function runInProcess<Job extends object, Result>(options: ProcessOptions<Job>): Promise<Result> {
  const { worker, name, job, onProgress, signal } = options
  return new Promise((resolve, reject) => {
    // The same file from source and from the build.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const child = fork(fileURLToPath(`${worker.href}.${extension}`), { stdio: 'inherit', signal })
    let settled = false
    child.on('message', (message: WorkerMessage<Result>) => {
      if (message.kind === 'progress') {
        onProgress(message.done, message.total, message.detail)
        return
      }
      settled = true
      if (message.kind === 'result') resolve(message.result)
      else reject(message.expected ? new UsageError(message.message) : new Error(message.message))
    })
    child.on('error', (error) => {
      settled = true
      reject(error)
    })
    child.on('exit', (code, signal) => {
      if (!settled) reject(new ProcessEndedError(`the process of ${name} ended early (${signal ?? code})`))
    })
    child.send(job)
  })
}
