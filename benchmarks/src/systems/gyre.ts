import { setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import type { System, Work } from '../system.js'
import type { Task } from '../task.js'
import { prepareDecode } from './gyre-decode.js'
import { prepareOperation } from './gyre-operations.js'
import { prepareStep } from './gyre-step.js'

/** Gyre on the backend `wasm`, everything compiled as the trainer compiles its steps. */
export default async function gyre({ threads }: { threads: number }): Promise<System> {
  const backend = await wasm({ threads })
  setBackend(backend)
  return {
    describe: () => `wasm, ${backend.status.variant}`,
    prepare,
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

function prepare(task: Task): Work | Promise<Work> {
  if (task.kind === 'step') return prepareStep(task)
  if (task.kind === 'decode') return prepareDecode(task)
  return prepareOperation(task)
}
