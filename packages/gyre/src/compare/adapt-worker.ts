import { chooseBackend } from '../backend.js'
import { type AdaptationJob, adapt } from './adapt.js'
import type { AdaptationMessage } from './adapt-process.js'

const send = (message: AdaptationMessage): void => {
  process.send!(message)
}

process.once('message', async (job: AdaptationJob) => {
  try {
    await chooseBackend(job)
    const result = await adapt(job, (done, total, detail) => send({ kind: 'progress', done, total, detail }))
    send({ kind: 'result', result })
  } catch (error) {
    send({ kind: 'error', message: error instanceof Error ? error.message : String(error) })
  }
  process.disconnect()
})
// The parent is gone: nobody waits for the result.
process.once('disconnect', () => process.exit())
