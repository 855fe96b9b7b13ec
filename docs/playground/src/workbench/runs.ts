import type { Run, RunSettings, Runs } from './contract.js'
import { pageAddress } from './page-files.js'
import { forgetRun, holdRun, savedRuns, savedStepOf } from './saved-runs.js'
import { type RunListeners, type RunWorker, type StartRequest, WorkerRun } from './worker-run.js'

/** The runs of this page, each in a worker of its own. */
export function createRuns(): Runs {
  const filesAt = pageAddress()
  const open = (id: string, request: StartRequest): Run => {
    const release = holdRun(id)
    return new WorkerRun(id, request, {
      startWorker,
      savedStep: savedStepOf,
      forget: async (id) => {
        // Where there is no database, nothing was saved.
        await forgetRun(id).catch(() => {})
        release()
      },
    })
  }
  const train = (id: string, settings: RunSettings): Run => open(id, { type: 'train', filesAt, id, settings })
  return {
    start: (settings) => train(newId(), settings),
    load: (files, backend) => open(newId(), { type: 'load', filesAt, files, backend }),
    saved: () => savedRuns().catch(() => []),
    restore: ({ id, settings }, backend = settings.backend) => train(id, { ...settings, backend }),
    forget: ({ id }) => forgetRun(id),
  }
}

function startWorker({ onEvent, onCrash }: RunListeners): RunWorker {
  const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }) => onEvent(data)
  // Without a message where its script could not be loaded.
  worker.onerror = ({ message }) =>
    onCrash(message ? `the run's worker ended: ${message}` : "the run's worker could not be started")
  worker.onmessageerror = () => onCrash("a message of the run's worker could not be read")
  return { post: (request) => worker.postMessage(request), terminate: () => worker.terminate() }
}

/** Sorted as runs began; two pages that start one in the same millisecond still give different ones. */
function newId(): string {
  const chance = Math.floor(Math.random() * 36 ** 6)
  return `${Date.now().toString(36).padStart(9, '0')}-${chance.toString(36).padStart(6, '0')}`
}
