import {
  type ByteSource,
  type LazySafetensorsFile,
  openSafetensors,
  type WritableTensor,
  writeSafetensors,
} from '@gyre/safetensors'
import { type AssignOptions, assignWeights } from './assign-weights.js'
import { formatConfig, type ModelConfig, parseConfig } from './config.js'
import { classesOf, createModel, type Model, taskOfClass } from './create-model.js'
import { CheckpointError } from './errors.js'
import { type Fields, parseFields } from './fields.js'
import type { ModelTask } from './pretrained-model.js'
import type { LabelConfig } from './shared-config.js'

/** The files of a checkpoint's folder, wherever they come from. */
export interface CheckpointSource {
  /** The text of `config.json`. */
  readonly config: string
  /** The tensors, read one at a time: `model.safetensors`, or what `joinShards` and `openLlama2c` give. */
  readonly weights: Blob | ByteSource | LazySafetensorsFile
  /** How errors call it, e.g. the folder. */
  readonly name?: string
  /** How errors call the weights; default `model.safetensors` in `name`. */
  readonly weightsName?: string
}

export interface LoadModelOptions extends AssignOptions, LabelConfig {
  /** Which head; default the one that `architectures` in `config.json` names. */
  readonly task?: ModelTask
  /** What everything that is not in the file is drawn from. */
  readonly seed?: number
}

/**
 * What a `config.json` says: the configuration, and the task of the class that `architectures` names, in place of
 * which another can be given. Errors call the file's folder `name`.
 */
export function parseConfigFile(
  text: string,
  name: string,
  task?: ModelTask,
): { readonly config: ModelConfig; readonly task: ModelTask | undefined } {
  const source = `${name}/config.json`
  const fields = parseFields(text, source)
  const config = parseConfig(fields, source)
  return { config, task: task ?? namedTask(fields, config, source) }
}

/** A model from Hugging Face's files, under Hugging Face's names. Errors list every tensor that does not fit. */
export async function loadModel(source: CheckpointSource, options: LoadModelOptions = {}): Promise<Model> {
  const { name = 'checkpoint', weightsName = `${name}/model.safetensors`, weights } = source
  const { config, task } = parseConfigFile(source.config, name, options.task)
  const { numLabels = config.numLabels, problemType = config.problemType } = options
  const labels = options.labels ?? (numLabels === config.numLabels ? config.labels : undefined)
  const labelled = { ...config, numLabels, labels, problemType } as ModelConfig
  const model = createModel(labelled, { seed: options.seed ?? 0, task })
  const file = 'entries' in weights ? weights : await openSafetensors(weights, { source: weightsName })
  await assignWeights(model, file, weightsName, options)
  return model
}

/** The contents of a checkpoint's two files, under Hugging Face's names. */
export async function saveModel(
  model: Model,
): Promise<{ 'config.json': string; 'model.safetensors': Uint8Array }> {
  const tensors: [string, WritableTensor][] = []
  for (const [name, { value, shape }] of model.namedParameters()) {
    tensors.push([name, { dtype: 'F32', shape, data: (await value.data()) as Float32Array }])
  }
  return {
    'config.json': formatConfig(model.config, model.architecture),
    'model.safetensors': writeSafetensors(tensors, weightsMetadata),
  }
}

/** What transformers wants to read in the file. */
export const weightsMetadata = { format: 'pt' }

/** The task of the class that `architectures` names first. */
function namedTask({ architectures }: Fields, config: ModelConfig, source: string): ModelTask | undefined {
  if (!Array.isArray(architectures) || architectures.length === 0) return undefined
  const task = taskOfClass(config, String(architectures[0]))
  if (task !== undefined) return task
  throw new CheckpointError(
    `${source}: architectures names ${architectures[0]}; expected ${classesOf(config).join(' or ')}`,
  )
}
