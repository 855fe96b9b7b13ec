import { useReference } from '@gyre/tensor'

export const attentionKernels = {
  attention: useReference('no kernel yet'),
  attentionBackward: useReference('no kernel yet'),
}
