import type { RunRequest } from '../contract.js'
import { runStore } from '../saved-runs.js'
import { WorkbenchError } from './errors.js'
import { RunSession } from './run-session.js'

// The worker of one run: the page's messages in, the run's out.

let filesAt = ''

async function fetchFile(path: string): Promise<Blob> {
  const problem = (reason: string): WorkbenchError =>
    new WorkbenchError(`${path}: the page's file could not be loaded (${reason})`)
  const response = await fetch(new URL(path, filesAt)).catch((error: Error) => {
    throw problem(error.message)
  })
  if (!response.ok) throw problem(`${response.status} ${response.statusText}`.trim())
  return response.blob()
}

const session = new RunSession({ fetchFile, store: runStore, emit: (event) => postMessage(event) })

addEventListener('message', ({ data }: MessageEvent<RunRequest>) => {
  if ('filesAt' in data) filesAt = data.filesAt
  session.handle(data)
})
