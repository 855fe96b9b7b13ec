import type { System, Work } from '../system.js'
import type { Task } from '../task.js'
import { useBackend } from './backend.js'
import { prepareDecode } from './gyre-decode.js'
import { prepareOperation } from './gyre-operations.js'
import { prepareStep } from './gyre-step.js'

export default async function gyre({ threads }: { threads: number }): Promise<System> {
  const description = await useBackend(threads)
  return { describe: () => description, prepare }
}

function prepare(task: Task): Work | Promise<Work> {
  if (task.kind === 'step') return prepareStep(task)
  if (task.kind === 'decode') return prepareDecode(task)
  return prepareOperation(task)
}
