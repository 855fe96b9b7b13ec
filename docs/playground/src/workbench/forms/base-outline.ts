import { findSites } from '@gyre/adapters'
import { createModel, longestSequence, type ModelConfig } from '@gyre/transformers'
import type { BaseName } from '../contract.js'
import type { Layer } from './layer-groups.js'

/** What a form needs to know of a base model. */
export interface BaseOutline {
  readonly config: ModelConfig
  /** Those that can get an adapter. */
  readonly layers: readonly Layer[]
  readonly longestSequence: number
}

/** What a base is trained for: texts are for the decoder, classes for the encoder. */
export const taskOf = {
  decoder: 'causal-lm',
  encoder: 'sequence-classification',
} as const satisfies { readonly [Base in BaseName]: string }

/** Reads a base's configuration and makes the model as far as its shapes go. */
export function outlineBase(base: BaseName, config: ModelConfig): BaseOutline {
  const model = createModel(config, { seed: 0, task: taskOf[base] })
  const layers = findSites(model, ['all-linear']).map(({ path, inFeatures, outFeatures }) => ({
    path,
    inFeatures,
    outFeatures,
  }))
  return { config, layers, longestSequence: longestSequence(config) }
}
