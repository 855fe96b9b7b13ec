import type { Adapter } from '@gyre/adapters'
import { loadAdapterFolder } from '@gyre/adapters/node'
import type { Tokenizer } from '@gyre/data'
import { loadTokenizer } from '@gyre/data/node'
import { adapterMethods, checkVocabulary, headFor, type RunRecord } from '@gyre/train'
import { longestSequence, type Model } from '@gyre/transformers'
import { loadModelWithProgress } from '../load-model.js'
import { readRunRecord } from './run-record.js'

/** A model that is ready for use, and what the fine-tuned folder says of itself. */
export interface FineTuned {
  readonly model: Model
  readonly tokenizer: Tokenizer
  /** Undefined for a folder from elsewhere. */
  readonly record: RunRecord | undefined
  /** Tokens in a text, at most: as in the fine-tuning; otherwise 64, or what the model takes. */
  readonly sequenceLength: number
}

/** A model of a folder, with an adapter where one is named. */
export async function loadFineTuned({
  model: folder,
  adapter,
}: {
  readonly model: string
  readonly adapter?: string
}): Promise<FineTuned> {
  const { model, record } = adapter
    ? await loadAdapted({ model: folder, adapter })
    : { model: await loadModelWithProgress(folder), record: await readRunRecord(folder) }
  const tokenizer = await loadTokenizer(folder)
  checkVocabulary(tokenizer, model.config)
  const sequenceLength = record?.sequenceLength ?? Math.min(64, longestSequence(model.config))
  return { model, tokenizer, record, sequenceLength }
}

/** A model with an adapter in it. */
export interface Adapted {
  readonly model: Model
  readonly adapter: Adapter
  /** Undefined for an adapter from elsewhere. */
  readonly record: RunRecord | undefined
}

/** A model of a folder, with the head that the adapter was trained with, and the adapter of another folder in it. */
export async function loadAdapted(folders: {
  readonly model: string
  readonly adapter: string
}): Promise<Adapted> {
  const record = await readRunRecord(folders.adapter)
  const model = await loadModelWithProgress(folders.model, record ? headFor(record) : {})
  const adapter = await loadAdapterFolder(folders.adapter, model, Object.values(adapterMethods))
  return { model, adapter, record }
}
