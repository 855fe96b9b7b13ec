import { loadAdapterFolder } from '@gyre/adapters/node'
import { adapterMethods } from '@gyre/train'
import type { LoadModelOptions, Model } from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import { type RunRecord, readRunRecord } from './run-record.js'

/** A model, with an adapter where one is named, and what the fine-tuned folder says of itself. */
export async function loadFineTuned({
  model: folder,
  adapter,
}: {
  readonly model: string
  readonly adapter?: string
}): Promise<{ model: Model; record: RunRecord | undefined }> {
  const record = await readRunRecord(adapter ?? folder)
  const model = await loadModelFolder(folder, adapter && record ? headFor(record) : {})
  if (adapter) await loadAdapterFolder(adapter, model, Object.values(adapterMethods))
  return { model, record }
}

/** The head that a task needs on a base which has none: it is drawn here, and then read from the adapter. */
export function headFor({ task, labels }: Pick<RunRecord, 'task' | 'labels'>): LoadModelOptions {
  if (task === 'lm') return {}
  const regression = labels.length === 0
  return {
    task: 'sequence-classification',
    strictness: 'new-head',
    numLabels: regression ? 1 : labels.length,
    problemType: regression ? 'regression' : 'single_label_classification',
  }
}
