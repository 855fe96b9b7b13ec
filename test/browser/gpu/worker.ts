import { answerWith } from '../in-worker.js'
import { checkGpu } from './check-gpu.js'

answerWith(checkGpu)
