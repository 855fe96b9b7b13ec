import type { LazySafetensorsFile, TensorEntry } from '@gyre/safetensors'
import { CheckpointError } from './errors.js'
import { parseFields } from './fields.js'

/**
 * The tensors of a checkpoint in several files, as if they were in one. `index` is the text of
 * `model.safetensors.index.json`, which says in which file each tensor is; `open` opens a file by its name, which is
 * one without a folder. Errors call the index `source`.
 */
export async function joinShards(
  index: string,
  open: (file: string, firstTensor: string) => Promise<LazySafetensorsFile>,
  source: string,
): Promise<LazySafetensorsFile> {
  const fileOf = parseIndex(index, source)
  const files = new Map<string, LazySafetensorsFile>()
  const entries = new Map<string, TensorEntry>()
  for (const [name, file] of fileOf) {
    const shard = files.get(file) ?? (await open(file, name))
    files.set(file, shard)
    const entry = shard.entries.get(name)
    if (!entry) throw new CheckpointError(`${source}: ${name} should be in ${file}, and is not`)
    entries.set(name, entry)
  }
  for (const [file, shard] of files) {
    for (const name of shard.entries.keys()) {
      if (fileOf.get(name) !== file) throw new CheckpointError(`${source}: does not list ${name} of ${file}`)
    }
  }
  return { entries, metadata: new Map(), get: (name) => files.get(fileOf.get(name)!)!.get(name) }
}

/** The file of each tensor. */
function parseIndex(index: string, source: string): Map<string, string> {
  const map = parseFields(index, source).weight_map
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new CheckpointError(`${source}: weight_map should be an object, not ${JSON.stringify(map)}`)
  }
  for (const [name, file] of Object.entries(map)) {
    // A path could lead anywhere.
    if (typeof file !== 'string' || !/^[^/\\\0]+$/.test(file) || file === '.' || file === '..') {
      throw new CheckpointError(
        `${source}: ${name} should be in a file of the same folder, not ${JSON.stringify(file)}`,
      )
    }
  }
  return new Map(Object.entries(map))
}
