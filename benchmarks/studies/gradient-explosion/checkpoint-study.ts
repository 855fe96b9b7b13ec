import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { holdOutLastTenth, languageModelBatches } from '@gyre/data'
import { loadTokenizer } from '@gyre/data/node'
import { compile } from '@gyre/graph'
import { AdamW, type NamedParameters, type Optimizer, SGD } from '@gyre/nn'
import { zeros } from '@gyre/tensor'
import { applyMethod, parseMethod, recordTrainingCurve, type TrainingCurve, toInputs } from '@gyre/train'
import type { Model, ModelInputs } from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'

const optimizers = {
  SGD: (trained, options) => new SGD(trained, options),
  AdamW: (trained, options) => new AdamW(trained, options),
} satisfies {
  readonly [name: string]: (
    trained: NamedParameters,
    options: { readonly learningRate: number; readonly weightDecay: number },
  ) => Optimizer
}

export type StudiedOptimizer = keyof typeof optimizers

export interface StudiedRate {
  readonly learningRate: number
  /** Mean over the last steps; absent where the training broke off. */
  readonly loss?: number
}

export interface StudiedBlockSize {
  readonly blockSize: number
  readonly parameters: number
  /** L2 norm of the gradient at the first step, where ΔW is 0 and so the model the same at every block size. */
  readonly gradNorm: number
  /** Rates in ascending order, applied as they are. */
  readonly rates: { readonly [Name in StudiedOptimizer]: readonly StudiedRate[] }
}

export interface CheckpointStudy {
  readonly format: 'gyre-gradient-explosion-study'
  readonly version: 1
  readonly settings: typeof checkpointSettings
  /** Of the checkpoint as it is, on the texts of the last steps. */
  readonly unadaptedLoss: number
  readonly blockSizes: readonly StudiedBlockSize[]
}

export const checkpointSettings = {
  model: 'stories260K',
  text: 'tinyshakespeare',
  targets: ['q_proj', 'o_proj'],
  blockSizes: [1, 2, 4, 8, 16, 32, 64],
  steps: 40,
  batchSize: 4,
  sequenceLength: 64,
  seed: 0,
  /** A run's loss is the mean over so many steps at the end, each on text that it has not seen before. */
  lastSteps: 10,
  /** Each rate is √2 times the one before, from the lowest until two have ended worse than no training. */
  lowestRate: { SGD: 2 ** -8, AdamW: 2 ** -14 },
  highestRate: { SGD: 2 ** 12, AdamW: 2 ** 3 },
} as const

/** Trains adapters of every block size on the same texts at many rates. `onRun` hears of each training. */
export async function runCheckpointStudy(
  dataFolder: string,
  onRun: (line: string) => void,
): Promise<CheckpointStudy> {
  const settings = checkpointSettings
  const { steps, lastSteps } = settings
  const folder = join(dataFolder, settings.model)
  const { train } = holdOutLastTenth(readFileSync(join(dataFolder, settings.text, 'input.txt'), 'utf8'))
  const tokenizer = await loadTokenizer(folder)
  const batches = languageModelBatches(tokenizer.encode(train), settings)
  const inputs = Array.from({ length: steps }, (_, step) => toInputs(batches.batchAt(step)))
  const unadaptedLoss = mean(await lossesOf(await loadModelFolder(folder), inputs.slice(-lastSteps)))
  const blockSizes: StudiedBlockSize[] = []
  for (const blockSize of settings.blockSizes) {
    const model = await loadModelFolder(folder)
    const method = parseMethod(`bca:p=${blockSize}`, { targets: settings.targets, modulesToSave: [] })
    const trained = applyMethod(model, method, { seed: settings.seed })
    const train = (optimizer: StudiedOptimizer, learningRate: number): Promise<TrainingCurve> => {
      for (const [, kernel] of trained.namedParameters()) kernel.assign(zeros(kernel.shape))
      return recordTrainingCurve({
        loss: (batch: ModelInputs) => model.forward(batch).loss!,
        trained,
        optimizer: optimizers[optimizer](trained, { learningRate, weightDecay: 0 }),
        batchAt: (step) => inputs[step]!,
        steps,
      })
    }
    const curves = new Map<StudiedOptimizer, readonly StudiedRate[]>()
    let gradNorm = 0
    for (const optimizer of ['SGD', 'AdamW'] as const) {
      const rates: StudiedRate[] = []
      const { lowestRate, highestRate } = settings
      for (let i = 0; !hasDiverged(rates, unadaptedLoss); i++) {
        const rate = rounded(lowestRate[optimizer] * 2 ** (i / 2))
        if (rate > highestRate[optimizer]) break
        const { losses, gradNorms, divergedAt } = await train(optimizer, rate)
        gradNorm = gradNorms[0]!
        const loss = divergedAt === undefined ? rounded(mean(losses.slice(-lastSteps))) : undefined
        rates.push({ learningRate: rate, loss })
        onRun(`p = ${blockSize}, ${optimizer} at ${rate}: ${loss ?? `breaks off at step ${divergedAt}`}`)
      }
      curves.set(optimizer, rates)
    }
    const rates = { SGD: curves.get('SGD')!, AdamW: curves.get('AdamW')! }
    blockSizes.push({ blockSize, parameters: trained.counts.adapter, gradNorm: rounded(gradNorm), rates })
  }
  return {
    format: 'gyre-gradient-explosion-study',
    version: 1,
    settings,
    unadaptedLoss: rounded(unadaptedLoss),
    blockSizes,
  }
}

/** Whether a training at this rate ended no better than it began: it diverged. */
export function isWorse({ loss }: StudiedRate, unadaptedLoss: number): boolean {
  return loss === undefined || loss >= unadaptedLoss
}

/** Whether the last two rates were both too high. */
function hasDiverged(rates: readonly StudiedRate[], unadaptedLoss: number): boolean {
  return rates.length > 1 && rates.slice(-2).every((rate) => isWorse(rate, unadaptedLoss))
}

async function lossesOf(model: Model, inputs: readonly ModelInputs[]): Promise<number[]> {
  const lossOf = compile((batch: ModelInputs) => model.forward(batch).loss!, model)
  const losses: number[] = []
  for (const batch of inputs) losses.push(await lossOf(batch).item())
  return losses
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
