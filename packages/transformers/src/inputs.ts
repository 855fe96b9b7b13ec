import type { Tensor } from '@gyre/tensor'

/** One batch, as every model takes it. B: sequences, T: tokens in each, padded at the right. */
export interface ModelInputs {
  /** Token ids, int32 `[B, T]`. */
  readonly inputIds: Tensor
  /** int32 `[B, T]`: 1 for a token, 0 for padding; nobody attends to padding. All ones when left out. */
  readonly attentionMask?: Tensor
  /** int32 `[B, T]`: which of two texts a token belongs to, for models that tell them apart (BERT). All 0 when left out. */
  readonly tokenTypeIds?: Tensor
  /** What the loss is computed against: int32 `[B, T]` or `[B]`, or float32 `[B]` for regression; -100 is ignored. */
  readonly labels?: Tensor
  /** int32 `[2]`: what dropout draws its masks from. Needed in training when the model has dropout. */
  readonly seed?: Tensor
  /** `sum` adds the losses of all labels instead of taking their mean, for batches that come in parts. */
  readonly lossReduction?: 'mean' | 'sum'
}

/** What every model gives. */
export interface ModelOutputs {
  /** Language models `[B, T, vocab]`; classifiers `[B, labels]`. */
  readonly logits: Tensor
  /** A scalar; only when labels were given. */
  readonly loss?: Tensor
  /** L + 1 tensors `[B, T, hidden]`: after the embedding, and after each layer (a decoder's last one normalised). */
  readonly hiddenStates: readonly Tensor[]
}
