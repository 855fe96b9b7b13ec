import type { LazySafetensorsFile, TensorEntry } from '@gyre/safetensors'
import { formatShape, type Parameter, sameShape, tensor } from '@gyre/tensor'
import { architectureOf } from './config.js'
import { CheckpointError } from './errors.js'
import type { PretrainedModel } from './pretrained-model.js'

/** How far the reading of a checkpoint is. */
export interface LoadProgress {
  /** The tensor that was just read. */
  readonly name: string
  /** Bytes read so far, and in all. */
  readonly done: number
  readonly total: number
}

export interface AssignOptions {
  /**
   * Strict: every tensor of the model must be in the file and every one in the file in the model. `new-head`
   * lets the head be missing, or be another one: it then stays as it was drawn. Default strict.
   */
  readonly strictness?: 'strict' | 'new-head'
  /** Other modules that may be missing, or be of another shape, by their paths. */
  readonly newParts?: readonly string[]
  /** Called with every tensor that was read. */
  readonly onProgress?: (progress: LoadProgress) => void
}

const floatDTypes: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16'])

/**
 * Reads a model's parameters from a file, a tensor at a time. Nothing is read unless everything fits: the error lists
 * every missing, unexpected, misshapen and wrongly typed tensor. A number that is none is an error too.
 */
export async function assignWeights(
  model: PretrainedModel,
  file: LazySafetensorsFile,
  source: string,
  options: AssignOptions,
): Promise<void> {
  const parameters = new Map<string, Parameter>(model.namedParameters())
  const matched = matchNames(model, parameters, file, source, options)
  const total = matched.reduce((bytes, { entry }) => bytes + entry.byteLength, 0)
  const assigned = new Map<string, string>()
  let done = 0
  for (const { name, entry } of matched) {
    const data = (await file.get(entry.name)).data as Float32Array
    checkFinite(data, `${source}: ${entry.name}`)
    const parameter = parameters.get(name)!
    const earlier = assigned.get(name)
    if (earlier === undefined) parameter.assign(tensor(data, { shape: parameter.shape }))
    else if (!areEqual((await parameter.value.data()) as Float32Array, data)) {
      throw new CheckpointError(
        `${source}: ${entry.name} and ${earlier} differ, and in this model they are one tensor`,
      )
    }
    assigned.set(name, entry.name)
    done += entry.byteLength
    options.onProgress?.({ name: entry.name, done, total })
  }
}

interface Match {
  /** The parameter. */
  readonly name: string
  readonly entry: TensorEntry
}

/** The tensors to be read, in the order of the file. */
function matchNames(
  model: PretrainedModel,
  parameters: ReadonlyMap<string, Parameter>,
  { entries }: LazySafetensorsFile,
  source: string,
  { strictness = 'strict', newParts = [] }: AssignOptions,
): Match[] {
  const { body, unusedKeys } = architectureOf(model.config)
  const replacesHead = strictness === 'new-head'
  const newPaths = replacesHead ? [...newParts, ...model.headPaths] : newParts
  const matched: Match[] = []
  const missing = new Set(parameters.keys())
  const unexpected: string[] = []
  const unfit = new Map<string, string>()
  for (const entry of entries.values()) {
    const name = parameterName(entry.name, body, model.tiedNames, parameters)
    const parameter = name === undefined ? undefined : parameters.get(name)
    if (!name || !parameter) {
      const isOtherHead = replacesHead && !isBelow(entry.name, [body])
      if (!unusedKeys.test(entry.name) && !isOtherHead) unexpected.push(`unexpected ${entry.name}`)
      continue
    }
    const problem = misfit(entry, parameter)
    if (problem !== undefined && isBelow(name, newPaths)) continue
    if (problem !== undefined) unfit.set(name, problem)
    else matched.push({ name, entry })
    missing.delete(name)
  }
  // In the model's order, which is the one that people know.
  const problems = [...parameters.keys()].flatMap((name) => {
    if (!missing.has(name)) return unfit.get(name) ?? []
    return isBelow(name, newPaths) ? [] : `missing ${name}`
  })
  problems.push(...unexpected)
  if (problems.length > 0) throw new CheckpointError(`${source}: ${problems.join('; ')}`)
  return matched
}

/**
 * The parameter that a file's tensor is: under its own name, without the body's before it, with the names that
 * LayerNorm's parameters had in TensorFlow, or a tied one under its other name.
 */
function parameterName(
  stored: string,
  body: string,
  tiedNames: PretrainedModel['tiedNames'],
  parameters: ReadonlyMap<string, Parameter>,
): string | undefined {
  const renamed = stored
    .replace(/(LayerNorm|layer_norm)\.gamma$/, '$1.weight')
    .replace(/(LayerNorm|layer_norm)\.beta$/, '$1.bias')
  const candidates = [renamed, `${body}.${renamed}`, tiedNames[renamed]]
  return candidates.find((name) => name !== undefined && parameters.has(name))
}

/** Why a tensor cannot be the parameter, or undefined. */
function misfit({ name, shape, dtype }: TensorEntry, parameter: Parameter): string | undefined {
  if (!sameShape(shape, parameter.shape)) {
    return `${name} has shape ${formatShape(shape)}, expected ${formatShape(parameter.shape)}`
  }
  return floatDTypes.has(dtype) ? undefined : `${name} is ${dtype}, expected F32, F16 or BF16`
}

function isBelow(name: string, paths: readonly string[]): boolean {
  return paths.some((path) => name.startsWith(`${path}.`))
}

function checkFinite(data: Float32Array, what: string): void {
  // A loop, and no callback: models have billions of numbers.
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]!)) throw new CheckpointError(`${what} holds ${data[i]} at index ${i}`)
  }
}

function areEqual(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => value === b[i])
}
