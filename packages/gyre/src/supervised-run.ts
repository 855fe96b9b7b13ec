import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { HasParameters } from '@gyre/tensor'
import { type RunIdentity, runTraining, type Trainer } from '@gyre/train'
import { hasRunCheckpoint, loadRunCheckpoint, saveRunCheckpoint } from '@gyre/train/node'
import { UsageError } from './errors.js'
import { createProgress } from './progress.js'

export interface SupervisedRun {
  readonly name: string
  readonly trainer: Trainer
  readonly totalSteps: number
  /** What the run trains, saved in its checkpoint. */
  readonly trained: HasParameters
  /** The file that an interrupted run continues from. */
  readonly checkpoint: string
  readonly checkpointEvery: number
  readonly resume: boolean
  readonly identity: RunIdentity
}

/**
 * Runs a training to its end with progress, checkpoints and Ctrl-C, which saves before it ends. Gives the loss of
 * the last step; the caller removes the checkpoint once its outputs are written.
 */
export async function superviseRun(run: SupervisedRun): Promise<number> {
  const { name, trainer, totalSteps, trained, checkpoint, checkpointEvery, resume, identity } = run
  const unfinished = await hasRunCheckpoint(checkpoint)
  if (unfinished && !resume) {
    throw new UsageError(
      `${checkpoint} is from an unfinished run: --resume continues it; or delete it, or choose another --out`,
    )
  }
  if (unfinished) {
    const { step, backend } = await loadRunCheckpoint(checkpoint, trainer, trained, identity.settings)
    process.stderr.write(`resuming after step ${step} of ${totalSteps}\n`)
    if (backend !== identity.backend) {
      process.stderr.write(
        `the run was begun on the backend ${backend} and continues on ${identity.backend}: its last digits will differ\n`,
      )
    }
  }
  const progress = createProgress()
  const bar = progress.start(name, totalSteps)
  let interrupted = false
  const interrupt = (): void => {
    interrupted = true
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const end = await runTraining(trainer, {
      checkpointEvery,
      saveCheckpoint: () => saveRunCheckpoint(checkpoint, trainer, trained, identity),
      shouldStop: () => interrupted,
      onStep: (result) => {
        bar.update(result.step, `loss ${result.loss.toFixed(4)}, rate ${result.learningRate.toPrecision(2)}`)
      },
    })
    if (end === 'stopped') {
      throw new UsageError(
        `stopped after step ${trainer.step} of ${totalSteps}; the same command with --resume goes on`,
      )
    }
  } finally {
    bar.stop()
    progress.close()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
  return trainer.lastLoss!
}

/** To be called once the outputs of a run are on disk. Takes with it what a run left that was killed while it saved. */
export async function discardCheckpoint(checkpoint: string): Promise<void> {
  const folder = dirname(checkpoint)
  const prefix = basename(checkpoint)
  const names = (await readdir(folder)).filter(
    (name) => name === prefix || (name.startsWith(`${prefix}.`) && name.endsWith('.partial')),
  )
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })))
}
