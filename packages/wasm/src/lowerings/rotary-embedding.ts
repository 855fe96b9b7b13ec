import { useReference } from '@gyre/tensor'

export const rotaryEmbeddingKernels = {
  rotaryEmbedding: useReference('no kernel yet'),
}
