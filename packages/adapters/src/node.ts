import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Module } from '@gyre/nn'
import { writeAtomically } from '@gyre/safetensors/node'
import type { Adapter } from './adapter.js'
import { type AdapterFiles, loadAdapter, type SaveAdapterOptions, saveAdapter } from './adapter-files.js'
import { AdapterError } from './errors.js'
import type { InjectOptions } from './inject.js'
import type { AnyMethodFactory } from './method.js'

/** Injects the adapter of a folder into a model; see `loadAdapter`. */
export async function loadAdapterFolder(
  folder: string,
  model: Module,
  methods: readonly AnyMethodFactory[],
  options?: InjectOptions,
): Promise<Adapter> {
  return loadAdapter(model, await readAdapterFiles(folder), methods, options)
}

/** Writes an adapter's folder; see `writeAdapterFiles`. */
export async function saveAdapterFolder(
  folder: string,
  adapter: Adapter,
  options?: SaveAdapterOptions,
): Promise<void> {
  await writeAdapterFiles(folder, await saveAdapter(adapter, options))
}

export async function readAdapterFiles(folder: string): Promise<AdapterFiles> {
  return {
    'adapter_config.json': (await readBytes(folder, 'adapter_config.json')).toString('utf8'),
    'adapter_model.safetensors': await readBytes(folder, 'adapter_model.safetensors'),
  }
}

/** Writes an adapter's two files, each complete or not at all; the configuration comes last. */
export async function writeAdapterFiles(folder: string, files: AdapterFiles): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeAtomically(join(folder, 'adapter_model.safetensors'), files['adapter_model.safetensors'])
  await writeAtomically(join(folder, 'adapter_config.json'), files['adapter_config.json'])
}

async function readBytes(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name)
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? new AdapterError(`${path}: there is no such file`)
      : error
  })
}
