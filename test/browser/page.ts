import { type BackendReport, checkBackend } from './check-backend.js'

/** What a page finds, on its own thread and then in a worker. */
export interface PageReport {
  readonly page: BackendReport
  readonly worker: BackendReport
}

async function checkInWorker(): Promise<BackendReport> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.onmessage = ({ data }) => (data.report ? resolve(data.report) : reject(new Error(data.error)))
  })
}

Object.assign(globalThis, {
  check: async (): Promise<PageReport> => ({ page: await checkBackend(), worker: await checkInWorker() }),
})
