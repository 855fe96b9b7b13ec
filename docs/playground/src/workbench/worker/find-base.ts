import { type AdapterFiles, keyPrefix, loadAdapter, parsePeftConfig } from '@gyre/adapters'
import { readSafetensors } from '@gyre/safetensors'
import { adapterMethods, headFor, parseRunRecord, type RunRecord, runRecordFile } from '@gyre/train'
import { createModel, type LoadModelOptions, type ModelConfig } from '@gyre/transformers'
import type { FolderFile } from '../contract.js'
import { sentenceOf, WorkbenchError } from '../errors.js'
import { type Base, baseNames, readBase } from './base-model.js'
import type { Surroundings } from './surroundings.js'

/** An adapter's files, and what they say of themselves. */
export interface AdapterFolder {
  readonly files: AdapterFiles
  /** Undefined for one from elsewhere. */
  readonly record: RunRecord | undefined
}

/** Finds an adapter's files among those of a folder. */
export function readAdapterFolder(files: readonly FolderFile[]): AdapterFolder {
  const find = (name: string): Uint8Array | undefined =>
    files.find((file) => file.name === name || file.name.endsWith(`/${name}`))?.bytes
  const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
  const config = find('adapter_config.json')
  const weights = find('adapter_model.safetensors')
  if (config === undefined || weights === undefined) {
    const found = files.map(({ name }) => name).join(', ') || 'nothing'
    throw new WorkbenchError(`expected adapter_config.json and adapter_model.safetensors, found ${found}`)
  }
  const record = find(runRecordFile)
  return {
    files: { 'adapter_config.json': textOf(config), 'adapter_model.safetensors': weights },
    record: record && parseRunRecord(textOf(record), runRecordFile),
  }
}

/** What a model was trained to do. */
export type Purpose = Pick<RunRecord, 'kind' | 'labels'>

/** A base model that an adapter fits, and the head that it brings. */
export interface FittingBase {
  readonly base: Base
  readonly purpose: Purpose
}

/** The base model whose layers have the shapes that an adapter is made for. */
export async function findBase(
  { files, record }: AdapterFolder,
  fetchFile: Surroundings['fetchFile'],
): Promise<FittingBase> {
  const problems: string[] = []
  for (const name of baseNames) {
    const base = await readBase(name, fetchFile)
    try {
      const purpose = record ?? purposeOf(files, base.config)
      // No weight of this model is drawn: it is there for its shapes.
      loadAdapter(shapesOf(base.config, headFor(purpose)), files, Object.values(adapterMethods))
      return { base, purpose }
    } catch (error) {
      // Every tensor that does not fit is in the sentence.
      const [first, ...others] = sentenceOf(error).split('; ')
      const more = others.length > 0 ? `, and ${others.length} more` : ''
      problems.push(`not the ${name}, ${first}${more}`)
    }
  }
  throw new WorkbenchError(`the adapter fits no model of this page: ${problems.join('; ')}`)
}

function shapesOf(config: ModelConfig, { task, numLabels, labels, problemType }: LoadModelOptions) {
  const headed = { ...config, ...(numLabels !== undefined && { numLabels, labels, problemType }) }
  return createModel(headed as ModelConfig, { seed: 0, task })
}

/** What an adapter without a record is for, by the head that it brings, if it brings one. */
function purposeOf(files: AdapterFiles, config: ModelConfig): Purpose {
  const { headPaths } = createModel(config, { seed: 0, task: 'sequence-classification' })
  const { entries } = readSafetensors(files['adapter_model.safetensors'], {
    source: 'adapter_model.safetensors',
  })
  const heads = [...entries.values()].filter(
    ({ name, shape }) =>
      shape.length === 2 && headPaths.some((path) => name.startsWith(`${keyPrefix}${path}.`)),
  )
  if (heads.length === 0) {
    const { task_type } = parsePeftConfig(files['adapter_config.json'])
    if (task_type !== 'SEQ_CLS') return { kind: 'language-model', labels: [] }
    throw new WorkbenchError(`it is a classifier's, and has no ${headPaths.join(' or ')} of its own`)
  }
  // Its last layer has the fewest outputs.
  const outputs = Math.min(...heads.map(({ shape }) => shape[0]!))
  if (outputs === 1) return { kind: 'regression', labels: [] }
  return { kind: 'classification', labels: Array.from({ length: outputs }, (_, i) => String(i)) }
}
