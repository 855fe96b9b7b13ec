import type { BlockSizeChoice, BlockSizesByPath } from '@gyre/circulant'
import type { Model } from '@gyre/transformers'
import { chooseBlockSizesFor } from './choose-block-sizes.js'
import type { AutomaticMethod, TrainingMethod } from './method-grammar.js'
import type { BatchSource } from './trainer.js'

/** A method that can be trained. */
export interface DecidedMethod {
  readonly method: TrainingMethod
  /** The sizes of its blocks, where they were left to the gradients. */
  readonly blockSizes?: BlockSizesByPath
  /** How they were chosen; absent where the run had chosen them before. */
  readonly choice?: BlockSizeChoice
}

/** A method as it is; or with the block sizes that a run has already, or else with those that the gradients choose. */
export async function decideMethod(
  model: Model,
  method: TrainingMethod | AutomaticMethod,
  batches: BatchSource,
  chosenBefore?: BlockSizesByPath,
): Promise<DecidedMethod> {
  if (method.kind !== 'automatic') return { method }
  if (chosenBefore) return { method: method.withBlockSizes(chosenBefore), blockSizes: chosenBefore }
  const choice = await chooseBlockSizesFor(model, method, batches)
  return { method: method.withBlockSizes(choice.blockSizes), blockSizes: choice.blockSizes, choice }
}
