import { costWithin, trace } from '@gyre/graph'
import type { Tensor } from '@gyre/tensor'
import type { Model } from '@gyre/transformers'

/**
 * What the injected adapters add to one forward pass, in FLOPs per token, counted by tracing the model's own code
 * on a batch `[batchSize, sequenceLength]`. Work that is done once per pass, such as the transforms of kernels,
 * is shared by the batch's tokens.
 */
export function adapterFlopsPerToken(
  model: Model,
  { batchSize, sequenceLength }: { readonly batchSize: number; readonly sequenceLength: number },
): number {
  const forward = (inputIds: Tensor): Tensor => model.forward({ inputIds }).logits
  const graph = trace(forward, model)({ shape: [batchSize, sequenceLength], dtype: 'int32' })
  const work = costWithin(graph, (path) => path.split('.').includes('delta'))
  return work.flops / (batchSize * sequenceLength)
}
