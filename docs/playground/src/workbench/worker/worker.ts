import type { RunRequest } from '../contract.js'
import { fetchPageFile } from '../page-files.js'
import { runStore } from '../saved-runs.js'
import { RunSession } from './run-session.js'

// The worker of one run: the page's messages in, the run's out.

let filesAt = ''

const session = new RunSession({
  fetchFile: (path) => fetchPageFile(path, filesAt),
  store: runStore,
  emit: (event) => postMessage(event),
})

addEventListener('message', ({ data }: MessageEvent<RunRequest>) => {
  if ('filesAt' in data) filesAt = data.filesAt
  session.handle(data)
})
