import { prepareFromRecipe } from '../base-model.js'
import type { Progress, ProgressBar } from '../progress.js'
import { pretrainingText } from './comparison-data.js'
import type { ComparisonSettings } from './settings.js'

/** The folder of the base model under these settings; made when it is not there yet. */
export async function prepareBaseModel(
  cacheFolder: string,
  settings: ComparisonSettings,
  backend: string,
  progress: Progress,
): Promise<{ folder: string; cached: boolean }> {
  const { config, pretraining, task } = settings
  let bar: ProgressBar | undefined
  const prepared = await prepareFromRecipe(
    cacheFolder,
    { config, text: `speeches for ${task}`, pretraining },
    {
      backend,
      readText: () => pretrainingText(settings),
      onProgress: (done, total, detail) => {
        if (done === 0) progress.note(detail)
        bar ??= progress.start('pre-training the base', total)
        bar.update(done, detail)
      },
    },
  )
  bar?.stop()
  return prepared
}
