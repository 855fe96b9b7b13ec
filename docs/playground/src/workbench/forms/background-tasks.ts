import { type ModelConfig, parseConfig } from '@gyre/transformers'
import type { BaseName } from '../contract.js'
import { type BaseOutline, outlineBase } from './base-outline.js'
import { countCosts } from './count-costs.js'
import { countClasses, outlineTable, readVisitorFile, seemsToHaveHeader } from './visitor-file.js'

/** What the page leaves to its background worker: whatever takes longer than a frame. */
export const backgroundTasks = {
  outlineBase: async (base: BaseName, configUrl: string): Promise<BaseOutline> =>
    outlineBase(base, await fetchConfig(configUrl)),
  countCosts,
  readVisitorFile,
  seemsToHaveHeader,
  outlineTable,
  countClasses,
}

export type BackgroundTasks = typeof backgroundTasks

async function fetchConfig(url: string): Promise<ModelConfig> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: expected the base model's configuration, got ${response.status}`)
  return parseConfig(await response.json(), url)
}
