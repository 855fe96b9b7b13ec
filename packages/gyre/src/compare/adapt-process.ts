import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../errors.js'
import type { AdaptationJob, AdaptationResult } from './adapt.js'

/** What the process of a job tells. */
export type AdaptationMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly detail: string }
  | { readonly kind: 'result'; readonly result: AdaptationResult }
  | { readonly kind: 'error'; readonly message: string }

/**
 * Runs a job in a process of its own, so that its peak memory is its own and two jobs use two cores. The process
 * ends with its job, or with this one.
 */
export function adaptInProcess(
  job: AdaptationJob,
  onProgress: (done: number, total: number, detail: string) => void,
  signal: AbortSignal,
): Promise<AdaptationResult> {
  return new Promise((resolve, reject) => {
    // The same file from source and from the build.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const child = fork(fileURLToPath(new URL(`./adapt-worker.${extension}`, import.meta.url)), {
      stdio: 'inherit',
      signal,
    })
    let settled = false
    child.on('message', (message: AdaptationMessage) => {
      if (message.kind === 'progress') {
        onProgress(message.done, message.total, message.detail)
        return
      }
      settled = true
      if (message.kind === 'result') resolve(message.result)
      else reject(new UsageError(message.message))
    })
    child.on('error', (error) => {
      settled = true
      reject(error)
    })
    child.on('exit', (code, signal) => {
      if (!settled)
        reject(
          new UsageError(`the process of ${job.row?.method ?? 'the base'} ended early (${signal ?? code})`),
        )
    })
    child.send(job)
  })
}
