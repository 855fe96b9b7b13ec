import type { LoadModelOptions, Model } from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import { createProgress, type Progress, type ProgressBar } from './progress.js'

/** A checkpoint that is read faster than this many bytes take needs no bar. */
const largeCheckpoint = 200e6

/** A model from a folder or a file; of a large one, it tells on standard error how far the reading is. */
export async function loadModelWithProgress(path: string, options: LoadModelOptions = {}): Promise<Model> {
  let progress: Progress | undefined
  let bar: ProgressBar | undefined
  const megabytes = (bytes: number): number => Math.round(bytes / 1e6)
  try {
    return await loadModelFolder(path, {
      ...options,
      onProgress: ({ name, done, total }) => {
        if (total < largeCheckpoint) return
        progress ??= createProgress()
        bar ??= progress.start('reading the model', megabytes(total), 'MB')
        bar.update(megabytes(done), name)
      },
    })
  } finally {
    bar?.stop()
    progress?.close()
  }
}
