import type { Module } from '@gyre/nn'
import {
  int32Of,
  readSafetensors,
  type SafetensorsFile,
  type WritableTensor,
  writeSafetensors,
} from '@gyre/safetensors'
import { formatShape, type Parameter, sameShape, type Tensor, tensor } from '@gyre/tensor'
import type { Adapter } from './adapter.js'
import { AdapterError } from './errors.js'
import { eject, type InjectOptions, injectAt } from './inject.js'
import {
  type AdapterParameter,
  type AnyMethodFactory,
  configure,
  type JsonObject,
  type TrainedBiases,
} from './method.js'
import { parsePeftConfig, peftSites } from './peft-config.js'
import { namesField } from './peft-fields.js'
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

/**
 * The adapter as the contents of its two files: configuration, and every tensor, frozen random ones included. A
 * configuration that was loaded is written as it was, with the fields that only other programs know.
 */
export async function saveAdapter(
  adapter: Adapter,
  { baseModel, taskType }: SaveAdapterOptions = {},
): Promise<AdapterFiles> {
  const config: JsonObject = {
    ...(adapter.loadedFields ?? ownFields(adapter)),
    ...(baseModel === undefined ? {} : { base_model_name_or_path: baseModel }),
    ...(taskType === undefined ? {} : { task_type: taskType }),
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

function ownFields({ method, sites }: Adapter): JsonObject {
  const { targets, modulesToSave = [], biases = 'none' } = method.targets
  return {
    base_model_name_or_path: null,
    bias: biases === 'adapted' ? method.peftBias : biases,
    inference_mode: true,
    modules_to_save: modulesToSave.length > 0 ? modulesToSave : null,
    peft_type: method.peftType,
    target_modules: targets.length === 1 && targets[0] === 'all-linear' ? 'all-linear' : targets,
    task_type: null,
    ...method.toPeft(sites.map(({ site }) => site)),
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
  const fields = parsePeftConfig(files['adapter_config.json'])
  const factory = methods.find((method) => method.peftType === fields.peft_type)
  if (!factory) {
    const known = methods.map((method) => method.peftType).join(', ')
    throw new AdapterError(
      `adapter_config.json: peft_type is ${JSON.stringify(fields.peft_type)}; expected ${known}`,
    )
  }
  const file = readSafetensors(files['adapter_model.safetensors'], { source: 'adapter_model.safetensors' })
  const { targets, sites } = peftSites(model, fields)
  // PEFT lists the heads of every architecture; the model has one of them.
  const modulesToSave = namesField(fields, 'modules_to_save').filter(
    (name) => findModules(model, [name]).length > 0,
  )
  const biases = trainedBiases(fields, factory, file)
  const method = configure(factory, {
    ...factory.fromPeft(fields, sites),
    ...{ targets, modulesToSave, biases },
  })
  const adapter = injectAt(model, method, sites, options)
  adapter.loadedFields = fields
  try {
    assignTensors(adapter, file)
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

/** Of a module that it saves, PEFT 0.16 writes the biases twice more where it writes all. */
const biasCopy = /\.(original_module|modules_to_save)\.(.*\.)?bias$/

function assignTensors(adapter: Adapter, file: SafetensorsFile): void {
  const parameters = new Map<string, Parameter>(adapter.namedParameters())
  const hasBiasCopies = adapter.method.targets.biases === 'all'
  const problems: string[] = []
  for (const [key, parameter] of parameters) {
    const entry = file.entries.get(key)
    const { readable, text } = fileDTypes[parameter.dtype as keyof typeof fileDTypes]
    if (!entry) {
      if (!adapter.declarationOf(parameter)?.redrawnWhenMissing) problems.push(`missing ${key}`)
    } else if (!sameShape(entry.shape, parameter.shape)) {
      problems.push(`${key} has shape ${formatShape(entry.shape)}, expected ${formatShape(parameter.shape)}`)
    } else if (!(readable as readonly string[]).includes(entry.dtype)) {
      problems.push(`${key} is ${entry.dtype}, expected ${text}`)
    }
  }
  for (const key of file.entries.keys())
    if (!parameters.has(key) && !(hasBiasCopies && biasCopy.test(key))) problems.push(`unexpected ${key}`)
  if (problems.length > 0) throw new AdapterError(`adapter_model.safetensors: ${problems.join('; ')}`)
  const numbersByKey = new Map(
    [...parameters].flatMap(([key, parameter]) =>
      file.entries.has(key) ? [[key, numbersOf(file, key, adapter.declarationOf(parameter))]] : [],
    ),
  )
  for (const [key, numbers] of numbersByKey) {
    const parameter = parameters.get(key)!
    // A copy, since the numbers may be a view of the file's bytes.
    parameter.assign(tensor(numbers.slice(), { shape: parameter.shape }) as Tensor)
  }
}

function numbersOf(
  file: SafetensorsFile,
  key: string,
  { dtype = 'float32', rowLimits }: Pick<AdapterParameter, 'dtype' | 'rowLimits'> = {},
): Float32Array | Int32Array {
  if (dtype === 'float32') return finiteNumbers(file, key)
  const indices = int32Of(file.get(key))
  const limitAt = (at: number): number =>
    rowLimits?.[Math.floor((at * rowLimits.length) / indices.length)] ?? Number.POSITIVE_INFINITY
  const outside = indices.findIndex((index, at) => index < 0 || index >= limitAt(at))
  if (outside < 0) return indices
  throw new AdapterError(
    `adapter_model.safetensors: ${key} holds ${indices[outside]} at index ${outside}, expected 0 to ${limitAt(outside) - 1}`,
  )
}

/** The numbers of a float tensor of an adapter's file; an `AdapterError` names the first that is none. */
export function finiteNumbers(file: SafetensorsFile, key: string): Float32Array {
  const { data, dtype } = file.get(key)
  if (!(data instanceof Float32Array)) {
    throw new AdapterError(
      `adapter_model.safetensors: ${key} is ${dtype}, expected ${fileDTypes.float32.text}`,
    )
  }
  const at = data.findIndex((number) => !Number.isFinite(number))
  if (at >= 0) throw new AdapterError(`adapter_model.safetensors: ${key} holds ${data[at]} at index ${at}`)
  return data
}

/** What `bias` asks for. PEFT itself saves biases only with some methods. */
function trainedBiases(
  { bias = 'none' }: JsonObject,
  { peftBias, peftType }: AnyMethodFactory,
  file: SafetensorsFile,
): TrainedBiases {
  if (bias === null || bias === 'none') return 'none'
  if (peftBias === undefined) {
    throw new AdapterError(
      `adapter_config.json: bias = ${JSON.stringify(bias)}, but ${peftType} files hold no biases; expected "none"`,
    )
  }
  if (bias === 'all') return 'all'
  if (bias !== peftBias) {
    throw new AdapterError(
      `adapter_config.json: bias should be "none", "all" or "${peftBias}", not ${JSON.stringify(bias)}`,
    )
  }
  // PEFT looks for them under a name that they no longer have, and so leaves them out.
  return [...file.entries.keys()].some((key) => key.endsWith('.base_layer.bias')) ? 'adapted' : 'none'
}
