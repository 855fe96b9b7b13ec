import { type ChosenBackend, chooseBackend } from '../backend.js'
import { prepareFromRecipe } from '../base-model.js'
import { readText } from '../fine-tuning/texts.js'
import { answerParent } from '../worker-process/answer-parent.js'
import type { OnProgress } from '../worker-process/messages.js'
import type { CellJob } from './cell-job.js'
import { runCell } from './run-cell.js'

answerParent(async (job: CellJob, onProgress) => {
  const { identity } = await chooseBackend(job)
  return job.kind === 'base'
    ? prepareBase(job, identity, onProgress)
    : runCell({ ...job, identity, onProgress })
})

async function prepareBase(
  { model, cacheFolder }: Extract<CellJob, { kind: 'base' }>,
  backend: ChosenBackend['identity'],
  onProgress: OnProgress,
): Promise<string> {
  const { base } = model
  if (base.kind === 'folder') return base.folder.path
  const prepared = await prepareFromRecipe(cacheFolder, base.recipe, {
    backend,
    readText: () => readText(base.text.path),
    onProgress,
  })
  return prepared.folder
}
