import { gpu } from '@gyre/gpu'
import { setBackend } from '@gyre/tensor'
import type { System } from '../system.js'
import { adapterName } from '../webgpu.js'
import { prepareTask } from './gyre-tasks.js'

/** Gyre on the backend `gpu`, in Node and in a page. */
export default async function gyreGpu(): Promise<System> {
  const backend = await gpu()
  setBackend(backend)
  return {
    describe: () => 'WGSL',
    adapter: () => adapterName(),
    prepare: prepareTask,
    finish: async () => {
      await backend.device.queue.onSubmittedWorkDone()
    },
    memory: () => ({
      buffers: backend.status.liveBytes / 2 ** 20,
      waiting: backend.status.waitingBytes / 2 ** 20,
    }),
  }
}
