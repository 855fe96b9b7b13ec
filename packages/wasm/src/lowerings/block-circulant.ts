import { useReference } from '@gyre/tensor'

export const blockCirculantKernels = {
  blockCirculant: useReference('no kernel yet'),
  blockCirculantBackward: useReference('no kernel yet'),
}
