import {
  type ByteSource,
  type LazySafetensorsFile,
  openSafetensors,
  writeSafetensors,
} from '@gyre/safetensors'
import { formatShape, type Parameter, sameShape, tensor } from '@gyre/tensor'
import { formatConfig, type ModelConfig, parseConfig } from './config.js'
import { createModel, type Model, type ModelTask, taskOfArchitecture } from './create-model.js'
import { CheckpointError } from './errors.js'

/** The files of a checkpoint's folder, wherever they come from. */
export interface CheckpointSource {
  /** The text of `config.json`. */
  readonly config: string
  /** `model.safetensors`, read a tensor at a time. */
  readonly weights: Blob | ByteSource | LazySafetensorsFile
  /** How errors call it, e.g. the folder. */
  readonly name?: string
}

export interface LoadModelOptions {
  /** Which head; default the one that `architectures` in `config.json` names. */
  readonly task?: ModelTask
  /**
   * Strict: every tensor of the model must be in the file and every one in the file in the model. `new-head`
   * lets the head be missing, or be another one: it is then drawn from `seed`. Default strict.
   */
  readonly strictness?: 'strict' | 'new-head'
  readonly seed?: number
  /** Overrides the configuration's number of classes. */
  readonly numLabels?: number
  readonly problemType?: 'regression' | 'single_label_classification'
}

const floatDTypes: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16'])
/** What belongs to one task alone; published RoBERTa checkpoints have an unused pooler beside their head. */
const headKeys = /^(lm_head|classifier|score|roberta\.pooler)\./
/** Tables that older checkpoints hold although they follow from the configuration. */
const computedKeys = /\.(position_ids|rotary_emb\.inv_freq)$/

/**
 * What a `config.json` says: the configuration, and the task of the class that `architectures` names, in place of
 * which another can be given. Errors call the file's folder `name`.
 */
export function parseConfigFile(
  text: string,
  name: string,
  task?: ModelTask,
): { readonly config: ModelConfig; readonly task: ModelTask | undefined } {
  const fields = parseJson(text, `${name}/config.json`)
  return { config: parseConfig(fields, `${name}/config.json`), task: task ?? architectureTask(fields, name) }
}

/** A model from Hugging Face's files, under Hugging Face's names. Errors list every tensor that does not fit. */
export async function loadModel(source: CheckpointSource, options: LoadModelOptions = {}): Promise<Model> {
  const name = source.name ?? 'checkpoint'
  const { config: parsed, task } = parseConfigFile(source.config, name, options.task)
  const config: ModelConfig =
    parsed.modelType === 'roberta'
      ? {
          ...parsed,
          numLabels: options.numLabels ?? parsed.numLabels,
          problemType: options.problemType ?? parsed.problemType,
        }
      : parsed
  const model = createModel(config, { seed: options.seed ?? 0, task })
  const { weights } = source
  const file =
    'entries' in weights ? weights : await openSafetensors(weights, { source: `${name}/model.safetensors` })
  const parameters = new Map<string, Parameter>(model.namedParameters())
  const isHead = (key: string): boolean => options.strictness === 'new-head' && headKeys.test(key)
  const problems: string[] = []
  for (const [key, parameter] of parameters) {
    const entry = file.entries.get(key)
    if (!entry) {
      if (!isHead(key)) problems.push(`missing ${key}`)
    } else if (!sameShape(entry.shape, parameter.shape)) {
      if (!isHead(key)) {
        problems.push(
          `${key} has shape ${formatShape(entry.shape)}, expected ${formatShape(parameter.shape)}`,
        )
      }
    } else if (!floatDTypes.has(entry.dtype)) {
      problems.push(`${key} is ${entry.dtype}, expected F32, F16 or BF16`)
    }
  }
  for (const key of file.entries.keys()) {
    if (!parameters.has(key) && !isHead(key) && !computedKeys.test(key)) problems.push(`unexpected ${key}`)
  }
  if (problems.length > 0) throw new CheckpointError(`${name}/model.safetensors: ${problems.join('; ')}`)

  for (const [key, parameter] of parameters) {
    const entry = file.entries.get(key)
    if (!entry || !sameShape(entry.shape, parameter.shape)) continue
    const { data } = await file.get(key)
    parameter.assign(tensor(data as Float32Array, { shape: parameter.shape }))
  }
  return model
}

/** The contents of a checkpoint's two files, under Hugging Face's names. */
export async function saveModel(
  model: Model,
): Promise<{ 'config.json': string; 'model.safetensors': Uint8Array }> {
  const tensors: [string, { dtype: 'F32'; shape: readonly number[]; data: Float32Array }][] = []
  for (const [key, parameter] of model.namedParameters()) {
    const data = (await parameter.value.data()) as Float32Array
    tensors.push([key, { dtype: 'F32', shape: parameter.shape, data }])
  }
  return {
    'config.json': formatConfig(model.config, model.architecture),
    'model.safetensors': writeSafetensors(tensors, { format: 'pt' }),
  }
}

function parseJson(text: string, source: string): { readonly [name: string]: unknown } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new CheckpointError(`${source}: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CheckpointError(`${source}: expected a JSON object`)
  }
  return value as { readonly [name: string]: unknown }
}

function architectureTask(fields: { readonly [name: string]: unknown }, name: string): ModelTask | undefined {
  const architectures = fields.architectures
  if (!Array.isArray(architectures) || architectures.length === 0) return undefined
  const task = taskOfArchitecture[String(architectures[0])]
  if (task === undefined) {
    throw new CheckpointError(
      `${name}/config.json: architectures names ${architectures[0]}; expected ${Object.keys(taskOfArchitecture).join(', ')}`,
    )
  }
  return task
}
