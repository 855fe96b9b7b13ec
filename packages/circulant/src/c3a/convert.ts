import {
  AdapterError,
  type AdapterFiles,
  finiteNumbers,
  fromPeftPattern,
  isPositiveInteger,
  type JsonObject,
  keyPrefix,
  parsePeftConfig,
  type Site,
  toPeftPattern,
  valueAt,
} from '@gyre/adapters'
import { readSafetensors, type WritableTensor, writeSafetensors } from '@gyre/safetensors'
import { formatShape, type Tensor, tensor } from '@gyre/tensor'
import { bcaKernel, c3aKernel } from './kernel.js'

/** The parameters of a model's head under their names in the model, e.g. `classifier.out_proj.weight`. */
export type HeadTensors = ReadonlyMap<string, WritableTensor>

/** How PEFT calls the heads of classifiers. It trains and saves them with every adapter for `SEQ_CLS`. */
const headNames = ['classifier', 'score']

/**
 * A BCA adapter in the format of PEFT's C3A: the same ΔW. PEFT loads no adapter for sequence classification that
 * comes without the head, so `head` supplies it where the adapter has none.
 *
 * Throws an `AdapterError` when the files are no BCA adapter's, or a head is needed and there is none.
 */
export function bcaToC3a(files: AdapterFiles, { head }: { readonly head?: HeadTensors } = {}): AdapterFiles {
  const adapter = readKernels(files, 'BCA', 'bca_kernel')
  const { scale_learning_rate, ...kept } = adapter.fields
  const tensors = new Map<string, WritableTensor>(adapter.others)
  let modulesToSave = kept.modules_to_save ?? null
  if (lacksHead(adapter)) {
    if (!head) {
      throw new AdapterError(
        'adapter_model.safetensors: the adapter is for SEQ_CLS and has no classifier, without which PEFT loads none',
      )
    }
    for (const [name, value] of head) tensors.set(keyPrefix + name, value)
    if (![...tensors.keys()].some(isHead)) {
      throw new AdapterError(
        `the head has ${[...head.keys()].join(', ') || 'no tensors'}; PEFT expects ${headNames.join(' or ')}`,
      )
    }
    modulesToSave = headNames
  }
  for (const [key, kernel] of adapter.kernels) tensors.set(`${key}c3a_kernel`, writable(c3aKernel(kernel)))
  return write(
    {
      ...kept,
      modules_to_save: modulesToSave,
      peft_type: 'C3A',
      // Every program has its own idea of what all linear layers are.
      target_modules:
        kept.target_modules === 'all-linear' ? adapter.sites.map(({ path }) => path) : kept.target_modules,
      ...blockSizeFields(adapter),
      init_weights: kept.init_weights ?? true,
    },
    tensors,
  )
}

/** Whether `bcaToC3a` needs a head for these files: they are a classifier's, and hold none. */
export function needsHead(files: AdapterFiles): boolean {
  return lacksHead(readKernels(files, 'BCA', 'bca_kernel'))
}

function lacksHead({ fields, others }: KernelFiles): boolean {
  return fields.task_type === 'SEQ_CLS' && ![...others.keys()].some(isHead)
}

/** A C3A adapter of PEFT's in the format of BCA: the same ΔW. Throws an `AdapterError` when the files are none. */
export function c3aToBca(files: AdapterFiles): AdapterFiles {
  const { fields, kernels, others } = readKernels(files, 'C3A', 'c3a_kernel')
  const tensors = new Map<string, WritableTensor>(others)
  for (const [key, kernel] of kernels) tensors.set(`${key}bca_kernel`, writable(bcaKernel(kernel)))
  return write({ ...fields, peft_type: 'BCA' }, tensors)
}

interface KernelFiles {
  readonly fields: JsonObject
  /** Under their keys without the parameter's name: `base_model.model.layer.query.` */
  readonly kernels: ReadonlyMap<string, Tensor>
  readonly sites: readonly Site[]
  /** What is saved beside them, such as a classifier. */
  readonly others: ReadonlyMap<string, WritableTensor>
}

function readKernels(files: AdapterFiles, peftType: string, name: string): KernelFiles {
  const fields = parsePeftConfig(files['adapter_config.json'])
  if (fields.peft_type !== peftType) {
    throw new AdapterError(
      `adapter_config.json: peft_type is ${JSON.stringify(fields.peft_type)}; expected "${peftType}"`,
    )
  }
  const file = readSafetensors(files['adapter_model.safetensors'], { source: 'adapter_model.safetensors' })
  const kernels = new Map<string, Tensor>()
  const others = new Map<string, WritableTensor>()
  const sites: Site[] = []
  for (const [key, { shape }] of file.entries) {
    const data = finiteNumbers(file, key)
    if (!key.endsWith(`.${name}`)) {
      others.set(key, { dtype: 'F32', shape, data })
      continue
    }
    if (shape.length !== 3 || shape.includes(0) || !key.startsWith(keyPrefix)) {
      throw new AdapterError(
        `adapter_model.safetensors: ${key} has shape ${formatShape(shape)}; expected ${keyPrefix}… of [out/p, in/p, p]`,
      )
    }
    const path = key.slice(keyPrefix.length, -`.${name}`.length)
    const [q, k, p] = shape as readonly [number, number, number]
    sites.push({ path, target: path, inFeatures: k * p, outFeatures: q * p })
    kernels.set(key.slice(0, -name.length), tensor(data.slice(), { shape }) as Tensor)
  }
  if (kernels.size === 0) throw new AdapterError(`adapter_model.safetensors: no tensor is named ….${name}`)
  return { fields, kernels, sites, others }
}

/** PEFT's two fields for the sizes of the kernels; they stay as they are where they say the same already. */
function blockSizeFields({ fields, kernels, sites }: KernelFiles): JsonObject {
  const sizes = new Map(sites.map(({ path }) => [path, kernels.get(`${keyPrefix}${path}.`)!.shape[2]!]))
  const sizeAt = ({ path }: Site): number => sizes.get(path)!
  const { block_size, block_size_pattern } = fields
  if (typeof block_size === 'number' && block_size_pattern !== undefined) {
    const said = fromPeftPattern(sites, block_size, fields, 'block_size_pattern', isPositiveInteger)
    if (sites.every((site) => valueAt(said, site, 'block_size') === sizeAt(site))) {
      return { block_size, block_size_pattern }
    }
  }
  const { value, pattern } = toPeftPattern(sites, sizeAt)
  return { block_size: value, block_size_pattern: pattern }
}

function isHead(key: string): boolean {
  return key
    .slice(keyPrefix.length)
    .split('.')
    .some((word) => headNames.includes(word))
}

function writable(kernel: Tensor): WritableTensor {
  return { dtype: 'F32', shape: kernel.shape, data: kernel.dataSync() as Float32Array }
}

function write(fields: JsonObject, tensors: ReadonlyMap<string, WritableTensor>): AdapterFiles {
  return {
    'adapter_config.json': `${JSON.stringify(fields, null, 2)}\n`,
    'adapter_model.safetensors': writeSafetensors(tensors, { format: 'pt' }),
  }
}
