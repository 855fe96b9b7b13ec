import { useReference } from '@gyre/tensor'

export const normalizationKernels = {
  layerNorm: useReference('no kernel yet'),
  layerNormBackward: useReference('no kernel yet'),
  rmsNorm: useReference('no kernel yet'),
  rmsNormBackward: useReference('no kernel yet'),
}
