import { parseConfig } from '@gyre/transformers'
import type { BaseName } from '../contract.js'
import { fetchPageFile, folderOf } from '../page-files.js'
import { type BaseOutline, outlineBase } from './base-outline.js'
import { countCosts } from './count-costs.js'
import { countClasses, outlineTable, readVisitorFile, seemsToHaveHeader } from './visitor-file.js'

/** What the page leaves to its background worker: whatever takes longer than a frame. */
export const backgroundTasks = {
  readOutline,
  countCosts,
  readVisitorFile,
  seemsToHaveHeader,
  outlineTable,
  countClasses,
}

export type BackgroundTasks = typeof backgroundTasks

async function readOutline(base: BaseName, filesAt: string): Promise<BaseOutline> {
  const path = `${folderOf(base)}/config.json`
  const text = await (await fetchPageFile(path, filesAt)).text()
  return outlineBase(base, parseConfig(JSON.parse(text), path))
}
