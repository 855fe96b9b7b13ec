import { useReference } from '@gyre/tensor'

export const matmulKernels = {
  matmul: useReference('no kernel yet'),
  linear: useReference('no kernel yet'),
}
