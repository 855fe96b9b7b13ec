import { checkBackend } from './check-backend.js'

checkBackend().then(
  (report) => postMessage({ report }),
  (error: Error) => postMessage({ error: String(error.stack) }),
)
