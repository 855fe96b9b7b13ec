import { sentenceOf } from '../errors.js'
import type { OnProgress, WorkerMessage } from './messages.js'

/** A parent that was killed hears nothing, and nobody waits for the result. */
const endIfGone = (error: Error | null): void => {
  if (error) process.exit()
}

/** The worker's side of `runInProcess`: takes one job, answers with its result, and ends. */
export function answerParent<Job, Result>(run: (job: Job, onProgress: OnProgress) => Promise<Result>): void {
  const send = (message: WorkerMessage<Result>): void => {
    process.send!(message, undefined, undefined, endIfGone)
  }
  process.once('message', async (job: Job) => {
    try {
      const result = await run(job, (done, total, detail) => send({ kind: 'progress', done, total, detail }))
      send({ kind: 'result', result })
    } catch (error) {
      const sentence = sentenceOf(error)
      const message = sentence ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))
      send({ kind: 'error', message, expected: sentence !== undefined })
    }
    process.disconnect()
  })
  process.once('disconnect', () => process.exit())
}
