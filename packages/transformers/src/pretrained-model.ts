import { Module } from '@gyre/nn'
import type { HasParameters } from '@gyre/tensor'
import type { ModelConfig } from './config.js'
import type { ModelInputs, ModelOutputs } from './inputs.js'
import type { KeyValueCache, KeyValueSizes } from './key-value-cache.js'

/** What every model of this package has beside its parts. */
export abstract class PretrainedModel extends Module {
  /**
   * Whether a gradient keeps of each layer only what comes in, and computes the layer a second time when it is needed:
   * less memory for one more forward pass, and the same numbers. Hugging Face calls it `gradient_checkpointing`.
   */
  activationCheckpointing = false

  protected override ownTraceKey(): string {
    return this.activationCheckpointing ? 'c' : ''
  }
}

/** A model that predicts the next token of a text, and can keep what it computed of the tokens before. */
export interface CausalLanguageModel extends HasParameters {
  readonly config: ModelConfig
  readonly keyValueSizes: KeyValueSizes
  /** With a cache: the logits `[B, 1, vocab]` after each text's last token. */
  forward(inputs: ModelInputs, cache?: KeyValueCache): ModelOutputs
}

/** Whether a model is one that `generate` can continue texts with. */
export function isCausalLanguageModel<M extends object>(model: M): model is M & CausalLanguageModel {
  return 'keyValueSizes' in model
}
