import { useReference } from '@gyre/tensor'

export const fourierKernels = {
  fft: useReference('no kernel yet'),
  ifft: useReference('no kernel yet'),
  rfft: useReference('no kernel yet'),
  irfft: useReference('no kernel yet'),
}
