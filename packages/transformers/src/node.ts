import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSafetensorsFile, writeAtomically } from '@gyre/safetensors/node'
import { type LoadModelOptions, loadModel, parseConfigFile, saveModel } from './checkpoint.js'
import type { Model } from './create-model.js'
import { CheckpointError } from './errors.js'

/** A model from a folder with `config.json` and `model.safetensors` under Hugging Face's names. */
export async function loadModelFolder(folder: string, options: LoadModelOptions = {}): Promise<Model> {
  const config = await readText(join(folder, 'config.json'))
  const weights = await openSafetensorsFile(join(folder, 'model.safetensors')).catch((error) => {
    throw missingFile(error, join(folder, 'model.safetensors'))
  })
  try {
    return await loadModel({ config, weights, name: folder }, options)
  } finally {
    await weights.close()
  }
}

/** What the `config.json` of a folder says; no other file is read. */
export async function loadConfigFolder(folder: string): Promise<ReturnType<typeof parseConfigFile>> {
  return parseConfigFile(await readText(join(folder, 'config.json')), folder)
}

/** Writes `model.safetensors` and `config.json`, each complete or not at all; the configuration comes last. */
export async function saveModelFolder(folder: string, model: Model): Promise<void> {
  await mkdir(folder, { recursive: true })
  const files = await saveModel(model)
  await writeAtomically(join(folder, 'model.safetensors'), files['model.safetensors'])
  await writeAtomically(join(folder, 'config.json'), files['config.json'])
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error) => {
    throw missingFile(error, path)
  })
}

function missingFile(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new CheckpointError(`${path}: there is no such file`)
    : error
}
