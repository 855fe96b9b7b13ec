import type { LazySafetensorsFile, NamedTensors } from '@gyre/safetensors'
import { formatShape, type HasParameters, sameShape, type Tensor, tensor } from '@gyre/tensor'
import { TrainingError } from './errors.js'
import type { Trainer } from './trainer.js'

/** What a run is. */
export interface RunIdentity {
  /** A run can only be continued with equal ones. */
  readonly settings: { readonly [name: string]: unknown }
  /** What computes it: another backend may continue it, with other last digits. */
  readonly backend: string
}

/** A run as its file knows it. */
export interface FoundRun {
  /** How many steps are done. */
  readonly step: number
  /** What computed them. */
  readonly backend: string
}

const modelPrefix = 'model.'
const optimizerPrefix = 'optimizer.'

/** A run as safetensors hold it. */
export interface RunState {
  readonly tensors: NamedTensors
  readonly metadata: { readonly [name: string]: string }
}

/** Everything that a run needs to go on: trained tensors, optimiser state and step. */
export async function captureRun(
  trainer: Trainer,
  trained: HasParameters,
  identity: RunIdentity,
): Promise<RunState> {
  const values = new Map<string, Tensor>()
  for (const [name, parameter] of trained.namedParameters()) values.set(modelPrefix + name, parameter.value)
  for (const [name, value] of trainer.optimizer.stateDict()) values.set(optimizerPrefix + name, value)
  const tensors = await Promise.all(
    [...values].map(async ([name, value]) => {
      const dtype = value.dtype === 'int32' ? ('I32' as const) : ('F32' as const)
      return [name, { dtype, shape: value.shape, data: await value.data() }] as const
    }),
  )
  return {
    tensors,
    metadata: {
      step: String(trainer.step),
      loss: JSON.stringify(trainer.lastLoss ?? null),
      settings: JSON.stringify(identity.settings),
      backend: identity.backend,
    },
  }
}

/**
 * Continues a run from its file, which `where` names in errors; says what it found there. A file of another run is an
 * error that says how.
 */
export async function restoreRun(
  file: LazySafetensorsFile,
  where: string,
  trainer: Trainer,
  trained: HasParameters,
  settings: RunIdentity['settings'],
): Promise<FoundRun> {
  checkSettings(where, file.metadata, settings)
  const read = async (name: string): Promise<Tensor> => {
    const { data, shape } = await file.get(name)
    return tensor(data as Float32Array | Int32Array, { shape }) as Tensor
  }
  for (const [name, parameter] of trained.namedParameters()) {
    const value = await read(modelPrefix + name)
    if (!sameShape(value.shape, parameter.shape)) {
      throw new TrainingError(
        `${where}: ${name} has shape ${formatShape(value.shape)}, expected ${formatShape(parameter.shape)}`,
      )
    }
    parameter.assign(value)
  }
  const state = new Map<string, Tensor>()
  for (const name of file.entries.keys()) {
    if (name.startsWith(optimizerPrefix)) state.set(name.slice(optimizerPrefix.length), await read(name))
  }
  trainer.optimizer.loadStateDict(state)
  const step = Number(file.metadata.get('step'))
  trainer.resumeAt(step, JSON.parse(file.metadata.get('loss') ?? 'null') ?? undefined)
  return { step, backend: file.metadata.get('backend') ?? 'an unknown one' }
}

function checkSettings(
  where: string,
  metadata: ReadonlyMap<string, string>,
  settings: RunIdentity['settings'],
): void {
  const saved = settingsOf(metadata)
  const now = JSON.parse(JSON.stringify(settings)) as { readonly [name: string]: unknown }
  for (const name of new Set([...Object.keys(saved), ...Object.keys(now)])) {
    const [before, after] = [saved[name], now[name]].map((value) => JSON.stringify(value) ?? 'nothing')
    if (before !== after) {
      throw new TrainingError(
        `${where}: the run had ${name} = ${before}, this one has ${after}; it cannot be resumed`,
      )
    }
  }
}

/** The settings of a run, as its file has them. */
export function settingsOf(metadata: ReadonlyMap<string, string>): RunIdentity['settings'] {
  return JSON.parse(metadata.get('settings') ?? '{}') as RunIdentity['settings']
}
