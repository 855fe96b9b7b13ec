import type { Work } from '../system.js'
import type { Task } from '../task.js'
import { prepareDecode } from './gyre-decode.js'
import { prepareOperation } from './gyre-operations.js'
import { prepareStep } from './gyre-step.js'

/** A task on whichever backend is set, everything compiled as the trainer compiles its steps. */
export function prepareTask(task: Task): Work {
  if (task.kind === 'step') return prepareStep(task)
  if (task.kind === 'decode') return prepareDecode(task)
  return prepareOperation(task)
}
