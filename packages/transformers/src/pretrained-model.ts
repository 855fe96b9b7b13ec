import { Module } from '@gyre/nn'

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
