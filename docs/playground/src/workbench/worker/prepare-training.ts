import { cosineSchedule } from '@gyre/nn'
import { openSafetensors } from '@gyre/safetensors'
import {
  applyMethod,
  checkHead,
  decideMethod,
  headFor,
  parseRunMethod,
  type RunIdentity,
  restoreRun,
  Trainer,
} from '@gyre/train'
import type { RunFacts, RunSettings } from '../contract.js'
import { tracedCosts } from '../traced-costs.js'
import { readBase } from './base-model.js'
import { checkSettings } from './check-settings.js'
import { CountedBatches } from './counted-batches.js'
import { HeldOut } from './held-out.js'
import { openBackend } from './open-backend.js'
import type { RunSaver } from './run-saver.js'
import { readingWords, readRunTask } from './run-task.js'
import type { Surroundings } from './surroundings.js'
import { TrainingRun } from './training-run.js'

/** As `gyre finetune` has it. */
const maxGradNorm = 1

/** Reads what a run is made of; where it was saved, it goes on from there. */
export async function prepareTraining(
  settings: RunSettings,
  saver: RunSaver,
  { fetchFile, emit }: Surroundings,
): Promise<TrainingRun> {
  const tell = (doing: string): void => emit({ type: 'status', status: 'preparing', doing })
  checkSettings(settings)
  const saved = await saver.read()
  tell('opening the backend')
  const backend = await openBackend(settings.backend)
  tell('reading the base model')
  const base = await readBase(settings.base, fetchFile)
  tell(readingWords(settings.data))
  const task = await readRunTask(settings.data, base, { fetchFile, options: settings })
  const { seed, steps, warmupSteps, learningRate, headLearningRate, targets } = settings
  const model = await base.load({ ...headFor(task), seed })
  checkHead(model, task)
  const asked = parseRunMethod(settings.method, { targets, modulesToSave: model.taskHeadPaths })
  const batches = new CountedBatches(task.train!)
  if (asked.kind === 'automatic' && !saved) tell('choosing block sizes by the gradients')
  const { method, blockSizes } = await decideMethod(model, asked, batches.source, saved?.blockSizes)
  const costs = tracedCosts(model, method, settings)
  const trainable = applyMethod(model, method, { seed })
  const trainer = new Trainer(model, trainable, batches.source, {
    totalSteps: steps,
    learningRate,
    headLearningRate,
    schedule: cosineSchedule({ warmupSteps, totalSteps: steps }),
    maxGradNorm,
    seed,
  })
  const identity: RunIdentity = { settings: decidingSettings(settings), backend: backend.identity }
  const backendRemarks = [...backend.remarks]
  if (saved) {
    const file = await openSafetensors(new Blob([saved.file]), { source: 'the saved run' })
    const found = await restoreRun(file, 'the saved run', trainer, trainable, identity.settings)
    if (found.backend !== backend.identity) {
      const change = `begun on ${found.backend} and continued on ${backend.identity}`
      backendRemarks.push(`${change}: its last digits will differ`)
    }
  }
  await saver.begin(settings)
  const { kind, labels } = task
  const facts: RunFacts = {
    backend: backend.words,
    backendRemarks,
    kind,
    labels,
    dataRemarks: task.notes ?? [],
    ...costs,
    learningRates: trainer.optimizer
      .effectiveLearningRates()
      .map(({ name, learningRate }) => ({ group: name, learningRate })),
    blockSizes,
  }
  return new TrainingRun({
    facts,
    fineTuned: {
      base: base.name,
      model,
      tokenizer: base.tokenizer,
      kind,
      labels,
      sequenceLength: settings.sequenceLength,
      seed,
      adapter: trainable.adapter,
    },
    trainable,
    trainer,
    batches,
    heldOut: new HeldOut(model, task, steps),
    saver,
    backend,
    identity,
    blockSizes,
    recorded: {
      task: task.name,
      columns: settings.data.kind === 'table' ? settings.data.columns : {},
      method: method.label,
    },
    steps: saved?.steps ?? [],
    measured: saved?.measured ?? [],
  })
}

/** What decides a run's numbers; the backend may change, and the length stands for the visitor's text. */
function decidingSettings({ backend, data, ...others }: RunSettings): RunIdentity['settings'] {
  return { ...others, data: data.kind === 'built-in' ? data : { ...data, text: data.text.length } }
}
