import { readFile } from 'node:fs/promises'
import { type ModelConfig, parseConfig } from '@gyre/transformers'
import { comparisonSettings } from './compare/settings.js'
import { UsageError } from './errors.js'

/** The models of `gyre compare`, by name. */
export const namedConfigs: { readonly [name: string]: ModelConfig } = {
  'small-llama': comparisonSettings('moby-dick', { length: 'full', seed: 0 }).config,
  'small-roberta': comparisonSettings('era', { length: 'full', seed: 0 }).config,
}

/** A configuration by its name, or from a file in the form of Hugging Face's `config.json`. Errors begin with `where`. */
export async function findNamedConfig(name: string, path: string, where: string): Promise<ModelConfig> {
  if (Object.hasOwn(namedConfigs, name)) return namedConfigs[name]!
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`${where}: expected ${Object.keys(namedConfigs).join(', ')}, or a file`)
  })
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${where}: ${(error as Error).message}`)
  }
  if (typeof fields !== 'object' || fields === null) throw new UsageError(`${where}: expected a JSON object`)
  return parseConfig(fields as { readonly [field: string]: unknown }, name)
}
