import { useReference } from '@gyre/tensor'

export const adamwKernels = {
  adamw: useReference('no kernel yet'),
}
