import { answerOf } from '../in-worker.js'
import { checkGpu, type GpuReport } from './check-gpu.js'

const checkInWorker = () =>
  answerOf<GpuReport>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))

Object.assign(globalThis, { checkGpu, checkInWorker })
