import { useReference } from '@gyre/tensor'

export const embeddingKernels = {
  embedding: useReference('no kernel yet'),
  embeddingBackward: useReference('no kernel yet'),
}
