import type { TokenBatch } from '@gyre/data'
import { type Tensor, tensor } from '@gyre/tensor'
import type { ModelInputs } from '@gyre/transformers'
import type { MicroBatch } from './trainer.js'

/** A batch of plain numbers as the tensors that a model takes. */
export function toMicroBatch(batch: TokenBatch): MicroBatch {
  return { inputs: toInputs(batch), labelCount: batch.labelCount }
}

export function toInputs({
  batchSize,
  sequenceLength,
  inputIds,
  attentionMask,
  tokenTypeIds,
  labels,
}: TokenBatch): ModelInputs {
  const shape = [batchSize, sequenceLength] as const
  const labelShape = labels.length === inputIds.length ? shape : ([batchSize] as const)
  return {
    inputIds: tensor(inputIds, { shape }) as Tensor,
    attentionMask: attentionMask && (tensor(attentionMask, { shape }) as Tensor),
    tokenTypeIds: tokenTypeIds && (tensor(tokenTypeIds, { shape }) as Tensor),
    labels: tensor(labels, { shape: labelShape }) as Tensor,
  }
}
