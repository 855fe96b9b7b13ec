import { checkBackend } from './check-backend.js'
import { answerWith } from './in-worker.js'

answerWith(checkBackend)
