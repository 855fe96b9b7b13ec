import type { Adapter } from '@gyre/adapters'
import { loadAdapterFolder } from '@gyre/adapters/node'
import { adapterMethods } from '@gyre/train'
import type { Model } from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import { headFor } from './load-fine-tuned.js'
import { type RunRecord, readRunRecord } from './run-record.js'

/** A model with the adapter of another folder in it. */
export interface Adapted {
  readonly model: Model
  readonly adapter: Adapter
  /** Undefined for an adapter from elsewhere. */
  readonly record: RunRecord | undefined
}

/** Loads a model, with the head that the adapter was trained with, and the adapter into it. */
export async function loadAdapted(folders: {
  readonly model: string
  readonly adapter: string
}): Promise<Adapted> {
  const record = await readRunRecord(folders.adapter)
  const model = await loadModelFolder(folders.model, record ? headFor(record) : {})
  const adapter = await loadAdapterFolder(folders.adapter, model, Object.values(adapterMethods))
  return { model, adapter, record }
}
