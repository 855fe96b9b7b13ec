import { type BackendReport, checkBackend } from './check-backend.js'
import { answerOf } from './in-worker.js'

/** What a page finds, on its own thread and then in a worker. */
export interface PageReport {
  readonly page: BackendReport
  readonly worker: BackendReport
}

const checkInWorker = () =>
  answerOf<BackendReport>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))

Object.assign(globalThis, {
  check: async (): Promise<PageReport> => ({ page: await checkBackend(), worker: await checkInWorker() }),
})
