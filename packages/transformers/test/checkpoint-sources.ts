import { readSafetensors, type WritableTensor, writeSafetensors } from '@gyre/safetensors'
import { type CheckpointSource, saveModel } from '../src/checkpoint.js'
import type { Model } from '../src/create-model.js'

export type Tensors = Map<string, WritableTensor>

/** The files of a model, with some tensors or fields changed. */
export async function sourceOf(
  model: Model,
  change: (tensors: Tensors) => void = () => {},
  fields: object = {},
): Promise<CheckpointSource> {
  const files = await saveModel(model)
  const file = readSafetensors(files['model.safetensors'])
  const tensors: Tensors = new Map([...file.entries.keys()].map((name) => [name, file.get(name)]))
  change(tensors)
  return {
    config: JSON.stringify({ ...JSON.parse(files['config.json']), ...fields }),
    weights: new Blob([writeSafetensors(tensors) as Uint8Array<ArrayBuffer>]),
    name: 'tiny',
  }
}

/** Ones. */
export function floats(...shape: number[]): WritableTensor {
  const size = shape.reduce((product, dim) => product * dim, 1)
  return { dtype: 'F32', shape, data: new Float32Array(size).fill(1) }
}
