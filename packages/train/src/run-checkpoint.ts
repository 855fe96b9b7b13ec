import { stat } from 'node:fs/promises'
import { openSafetensorsFile, writeSafetensorsFile } from '@gyre/safetensors/node'
import type { HasParameters } from '@gyre/tensor'
import { captureRun, type FoundRun, type RunIdentity, restoreRun, settingsOf } from './run-state.js'
import type { Trainer } from './trainer.js'

/** Writes everything that a run needs to go on in one file. */
export async function saveRunCheckpoint(
  path: string,
  trainer: Trainer,
  trained: HasParameters,
  identity: RunIdentity,
): Promise<void> {
  const { tensors, metadata } = await captureRun(trainer, trained, identity)
  await writeSafetensorsFile(path, tensors, metadata)
}

/** Continues a run from its file; see `restoreRun`. */
export async function loadRunCheckpoint(
  path: string,
  trainer: Trainer,
  trained: HasParameters,
  settings: RunIdentity['settings'],
): Promise<FoundRun> {
  const file = await openSafetensorsFile(path)
  try {
    return await restoreRun(file, path, trainer, trained, settings)
  } finally {
    await file.close()
  }
}

/** The settings of the run in a file, to be continued with equal ones. */
export async function readRunSettings(path: string): Promise<RunIdentity['settings']> {
  const file = await openSafetensorsFile(path)
  try {
    return settingsOf(file.metadata)
  } finally {
    await file.close()
  }
}

/** Whether there is a file to continue from. */
export async function hasRunCheckpoint(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  )
}
