import type { TokenBatch } from '@gyre/data'
import { measureTask, type Task } from '@gyre/train'
import type { Model } from '@gyre/transformers'
import type { Measures } from '../contract.js'

/** How often a run is measured on its way. */
const measurings = 10

/**
 * What is held out of a run's data. On its way a run is measured ten times, on a fixed part: a fifth as many batches
 * as it trains on in between, spread over everything that is held out. A batch is measured in less than half of the
 * time in which it is trained on, so that measuring takes less than a tenth of the time.
 */
export class HeldOut {
  readonly #model: Model
  readonly #task: Task
  readonly #part: Task
  readonly #every: number

  constructor(model: Model, task: Task, totalSteps: number) {
    this.#model = model
    this.#task = task
    this.#every = Math.max(5, Math.ceil(totalSteps / measurings))
    this.#part = partOf(task, Math.floor(this.#every / 5))
  }

  /** Whether a run is measured after so many steps. */
  isDueAt(step: number): boolean {
    return step % this.#every === 0
  }

  measurePart(): Promise<Measures> {
    return measureTask(this.#model, this.#part)
  }

  measureAll(onShare: (share: number) => void): Promise<Measures> {
    return measureHeldOut(this.#model, this.#task, onShare)
  }
}

/** On everything, as `gyre evaluate` does it. `onShare` is told how much is done, from 0 to 1. */
export function measureHeldOut(
  model: Model,
  task: Task,
  onShare: (share: number) => void,
): Promise<Measures> {
  const { stepsPerEpoch } = task.heldOut
  return measureTask(model, task, (done) => onShare(Math.min(1, done / stepsPerEpoch)))
}

/** A task that holds out only `size` of its batches, evenly spread: a file may be sorted. */
function partOf(task: Task, size: number): Task {
  let count = 0
  let labels = 0
  for (const { labelCount } of task.heldOut.inOrder()) {
    count++
    labels += labelCount
  }
  const chosen = new Set(Array.from({ length: size }, (_, i) => Math.floor(((i + 0.5) * count) / size)))
  const batches: TokenBatch[] = []
  let index = 0
  for (const batch of task.heldOut.inOrder()) if (chosen.has(index++)) batches.push(batch)
  const share = batches.reduce((total, { labelCount }) => total + labelCount, 0) / labels
  return {
    ...task,
    heldOut: {
      ...task.heldOut,
      *inOrder() {
        yield* batches
      },
    },
    // Tokens are as long there as elsewhere, on the whole.
    ...(task.heldOutCharacters !== undefined && { heldOutCharacters: share * task.heldOutCharacters }),
  }
}
