import type { Module } from '@gyre/nn'
import { int32Of, readSafetensors, type WritableTensor, writeSafetensors } from '@gyre/safetensors'
import { formatShape, type Parameter, sameShape, type Tensor, tensor } from '@gyre/tensor'
import type { Adapter } from './adapter.js'
import { AdapterError } from './errors.js'
import { eject, type InjectOptions, inject } from './inject.js'
import { type AnyMethodFactory, configure, type Json, type JsonObject } from './method.js'
import { findModules } from './sites.js'

/** The two files of an adapter's folder, as PEFT names them. */
export interface AdapterFiles {
  readonly 'adapter_config.json': string
  readonly 'adapter_model.safetensors': Uint8Array
}

export interface SaveAdapterOptions {
  /** Written as `base_model_name_or_path`. */
  readonly baseModel?: string
  /** PEFT's `task_type`, e.g. `CAUSAL_LM` or `SEQ_CLS`. */
  readonly taskType?: string
}

/** The adapter as the contents of its two files: configuration, and every tensor, frozen random ones included. */
export async function saveAdapter(
  adapter: Adapter,
  { baseModel, taskType }: SaveAdapterOptions = {},
): Promise<AdapterFiles> {
  const { targets, modulesToSave = [] } = adapter.method.targets
  const config: JsonObject = {
    base_model_name_or_path: baseModel ?? null,
    bias: 'none',
    inference_mode: true,
    modules_to_save: modulesToSave.length > 0 ? modulesToSave : null,
    peft_type: adapter.method.peftType,
    target_modules: targets.length === 1 && targets[0] === 'all-linear' ? 'all-linear' : targets,
    task_type: taskType ?? null,
    ...adapter.method.toPeft(),
  }
  const tensors: [string, WritableTensor][] = []
  for (const [key, value] of adapter.namedTensors()) {
    const data = (await value.data()) as Float32Array | Int32Array
    tensors.push([key, { dtype: value.dtype === 'int32' ? 'I32' : 'F32', shape: value.shape, data }])
  }
  return {
    'adapter_config.json': `${JSON.stringify(config, null, 2)}\n`,
    'adapter_model.safetensors': writeSafetensors(tensors, { format: 'pt' }),
  }
}

/**
 * Injects an adapter from its files into a model. `methods` are the ones that may come (`[lora, bca]`); the file
 * names its own. Every missing, unexpected or wrongly shaped tensor is listed in one error, and the model is
 * then left without the adapter.
 */
export function loadAdapter(
  model: Module,
  files: AdapterFiles,
  methods: readonly AnyMethodFactory[],
  options: InjectOptions = {},
): Adapter {
  const config = parseConfig(files['adapter_config.json'])
  const factory = methods.find((method) => method.peftType === config.peft_type)
  if (!factory) {
    const known = methods.map((method) => method.peftType).join(', ')
    throw new AdapterError(
      `adapter_config.json: peft_type is ${JSON.stringify(config.peft_type)}; expected ${known}`,
    )
  }
  const targets =
    config.target_modules === 'all-linear' ? ['all-linear'] : stringList(config, 'target_modules')
  // PEFT lists the heads of every architecture; the model has one of them.
  const modulesToSave = stringList(config, 'modules_to_save').filter(
    (name) => findModules(model, [name]).length > 0,
  )
  const adapter = inject(
    model,
    configure(factory, { ...factory.fromPeft(config), targets, modulesToSave }),
    options,
  )
  try {
    assignTensors(adapter, files['adapter_model.safetensors'])
  } catch (error) {
    eject(adapter)
    throw error
  }
  return adapter
}

/** What a file may hold for a parameter. PyTorch's own integers have 64 bits. */
const fileDTypes = {
  float32: { readable: ['F32', 'F16', 'BF16'], text: 'F32, F16 or BF16' },
  int32: { readable: ['I32', 'I64'], text: 'I32 or I64' },
} as const

function assignTensors(adapter: Adapter, bytes: Uint8Array): void {
  const file = readSafetensors(bytes, { source: 'adapter_model.safetensors' })
  const parameters = new Map<string, Parameter>(adapter.namedParameters())
  const problems: string[] = []
  for (const [key, parameter] of parameters) {
    const entry = file.entries.get(key)
    const { readable, text } = fileDTypes[parameter.dtype as keyof typeof fileDTypes]
    if (!entry) {
      if (!adapter.redrawnWhenMissing.has(parameter)) problems.push(`missing ${key}`)
    } else if (!sameShape(entry.shape, parameter.shape)) {
      problems.push(`${key} has shape ${formatShape(entry.shape)}, expected ${formatShape(parameter.shape)}`)
    } else if (!(readable as readonly string[]).includes(entry.dtype)) {
      problems.push(`${key} is ${entry.dtype}, expected ${text}`)
    }
  }
  for (const key of file.entries.keys()) if (!parameters.has(key)) problems.push(`unexpected ${key}`)
  if (problems.length > 0) throw new AdapterError(`adapter_model.safetensors: ${problems.join('; ')}`)
  for (const [key, parameter] of parameters) {
    if (!file.entries.has(key)) continue
    const stored = file.get(key)
    const numbers = parameter.dtype === 'int32' ? int32Of(stored) : (stored.data as Float32Array)
    // A copy, since the numbers may be a view of the file's bytes.
    parameter.assign(tensor(numbers.slice(), { shape: parameter.shape }) as Tensor)
  }
}

function parseConfig(text: string): JsonObject {
  let config: Json
  try {
    config = JSON.parse(text) as Json
  } catch (error) {
    throw new AdapterError(`adapter_config.json: ${(error as Error).message}`)
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new AdapterError('adapter_config.json: expected a JSON object')
  }
  return config as JsonObject
}

function stringList(config: JsonObject, field: string): readonly string[] {
  const value = config[field] ?? []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new AdapterError(
      `adapter_config.json: ${field} should be a list of names, not ${JSON.stringify(value)}`,
    )
  }
  return value as readonly string[]
}
