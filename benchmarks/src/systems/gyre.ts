import { setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import type { System } from '../system.js'
import { prepareTask } from './gyre-tasks.js'

/** Gyre on the backend `wasm`. */
export default async function gyre({ threads }: { threads: number }): Promise<System> {
  const backend = await wasm({ threads })
  setBackend(backend)
  return {
    describe: () => `wasm, ${backend.status.variant}`,
    prepare: prepareTask,
    remark: () => {
      const slow = [...backend.status.fallbacks.keys()]
      return slow.length === 0 ? undefined : `reference kernels in use so far: ${slow.join(', ')}`
    },
    memory: () => ({
      wasm: backend.status.pages / 16,
      used: backend.status.usedBytes / 2 ** 20,
      arena: backend.status.arenaBytes / 2 ** 20,
    }),
  }
}
