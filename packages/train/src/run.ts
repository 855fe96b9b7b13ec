import type { StepResult, Trainer } from './trainer.js'

export interface RunOptions {
  readonly onStep?: (result: StepResult) => void
  /** Saves the run so that it can be resumed; called every `checkpointEvery` steps and when the run is stopped. */
  readonly saveCheckpoint?: () => Promise<void>
  readonly checkpointEvery?: number
  /** Asked after every step; true ends the run early. */
  readonly shouldStop?: () => boolean
}

/** Runs a trainer to its last step, or until it is told to stop. Says which. */
export async function runTraining(
  trainer: Trainer,
  { onStep, saveCheckpoint, checkpointEvery = 0, shouldStop }: RunOptions = {},
): Promise<'finished' | 'stopped'> {
  while (!trainer.done) {
    // Before the call: an optional call that is not made does not evaluate its arguments either.
    const result = await trainer.runStep()
    onStep?.(result)
    const stop = shouldStop?.() ?? false
    if (stop || (checkpointEvery > 0 && trainer.step % checkpointEvery === 0)) await saveCheckpoint?.()
    if (stop) return 'stopped'
    // Lets signals and timers in between two steps.
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return 'finished'
}
