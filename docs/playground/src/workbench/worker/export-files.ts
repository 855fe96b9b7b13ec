import { saveAdapter } from '@gyre/adapters'
import { formatRunRecord, type RunRecord, runRecordFile } from '@gyre/train'
import { saveModel } from '@gyre/transformers'
import type { FolderFile } from '../contract.js'
import { folderOf } from '../page-files.js'
import type { FineTuned } from './fine-tuned.js'

/** The files of the folder that `gyre finetune` would write. */
export async function exportFiles(
  { base, model, tokenizer, adapter }: FineTuned,
  record: RunRecord,
): Promise<FolderFile[]> {
  const taskType = model.hasTaskHead ? 'SEQ_CLS' : 'CAUSAL_LM'
  const files = adapter
    ? await saveAdapter(adapter, { baseModel: folderOf(base), taskType })
    : { ...tokenizer.files(), ...(await saveModel(model)) }
  return Object.entries<string | Uint8Array>({ ...files, [runRecordFile]: formatRunRecord(record) }).map(
    ([name, contents]) => ({
      name,
      bytes: typeof contents === 'string' ? new TextEncoder().encode(contents) : contents,
    }),
  )
}
