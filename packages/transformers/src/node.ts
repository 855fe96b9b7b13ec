import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LazySafetensorsFile } from '@gyre/safetensors'
import {
  type FileTensor,
  type OpenFile,
  openFile,
  openSafetensorsFile,
  writeAtomically,
  writeSafetensorsFile,
} from '@gyre/safetensors/node'
import {
  type CheckpointSource,
  type LoadModelOptions,
  loadModel,
  parseConfigFile,
  weightsMetadata,
} from './checkpoint.js'
import { formatConfig } from './config.js'
import type { Model } from './create-model.js'
import { CheckpointError } from './errors.js'
import { openLlama2c } from './llama2c.js'
import { joinShards } from './sharded-weights.js'

/**
 * A model from a folder with `config.json` and `model.safetensors`, or several such files with
 * `model.safetensors.index.json`, under Hugging Face's names; or from a file of llama2.c, which has `.bin` as its
 * ending, or is the only one of these in a folder without safetensors.
 */
export async function loadModelFolder(path: string, options: LoadModelOptions = {}): Promise<Model> {
  const opened: { close(): Promise<void> }[] = []
  try {
    return await loadModel(await openCheckpoint(path, opened), options)
  } finally {
    for (const file of opened) await file.close()
  }
}

/** What the `config.json` of a folder, or the header of a file of llama2.c, says; no weights are read. */
export async function loadConfigFolder(path: string): Promise<ReturnType<typeof parseConfigFile>> {
  const binary = await findLlama2c(path)
  if (binary === undefined) return parseConfigFile(await readText(join(path, 'config.json')), path)
  const file = await openFile(binary)
  try {
    return parseConfigFile((await openLlama2c(file, binary)).config, binary)
  } finally {
    await file.close()
  }
}

/**
 * Writes `model.safetensors`, a tensor at a time, and `config.json`, each complete or not at all; the configuration
 * comes last.
 */
export async function saveModelFolder(folder: string, model: Model): Promise<void> {
  await mkdir(folder, { recursive: true })
  const tensors = [...model.namedParameters()].map(([name, parameter]): [string, FileTensor] => {
    const data = async () => (await parameter.value.data()) as Float32Array
    return [name, { dtype: 'F32', shape: parameter.shape, data }]
  })
  await writeSafetensorsFile(join(folder, singleFile), tensors, weightsMetadata)
  await writeAtomically(join(folder, 'config.json'), formatConfig(model.config, model.architecture))
}

const singleFile = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'

/** Every file that it opens is put into `opened`. */
async function openCheckpoint(path: string, opened: { close(): Promise<void> }[]): Promise<CheckpointSource> {
  const binary = await findLlama2c(path)
  if (binary !== undefined) {
    const file: OpenFile = await openFile(binary)
    opened.push(file)
    return openLlama2c(file, binary)
  }
  const config = await readText(join(path, 'config.json'))
  const open = async (name: string, complaint: string): Promise<LazySafetensorsFile> => {
    const file = await openSafetensorsFile(join(path, name)).catch((error) => {
      throw missingFile(error, join(path, name), complaint)
    })
    opened.push(file)
    return file
  }
  const index = join(path, indexFile)
  if ((await exists(join(path, singleFile))) || !(await exists(index))) {
    return { config, weights: await open(singleFile, ''), name: path }
  }
  const weights = await joinShards(
    await readText(index),
    (file, tensor) => open(file, `, where ${indexFile} has ${tensor}`),
    index,
  )
  return { config, weights, name: path, weightsName: index }
}

/** The file of llama2.c at a path, or the only one in a folder that has no safetensors. */
async function findLlama2c(path: string): Promise<string | undefined> {
  const entry = await stat(path).catch(() => undefined)
  if (entry?.isFile() && path.endsWith('.bin')) return path
  if (!entry?.isDirectory()) return undefined
  const names = await readdir(path)
  // The tokenizer beside it ends alike.
  const binaries = names.filter((name) => name.endsWith('.bin') && !name.startsWith('tok'))
  const hasSafetensors = names.includes(singleFile) || names.includes(indexFile)
  return binaries.length === 1 && !hasSafetensors ? join(path, binaries[0]!) : undefined
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error) => {
    throw missingFile(error, path)
  })
}

function missingFile(error: unknown, path: string, complaint = ''): unknown {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new CheckpointError(`${path}: there is no such file${complaint}`)
    : error
}
