import { useReference } from '@gyre/tensor'

export const shapeOpsKernels = {
  transpose: useReference('no kernel yet'),
  slice: useReference('no kernel yet'),
  pad: useReference('no kernel yet'),
  concat: useReference('no kernel yet'),
  broadcastTo: useReference('no kernel yet'),
  gather: useReference('no kernel yet'),
  scatterAdd: useReference('no kernel yet'),
  reshape: useReference('no kernel yet'),
  complex: useReference('no kernel yet'),
  conj: useReference('no kernel yet'),
  real: useReference('no kernel yet'),
  imag: useReference('no kernel yet'),
}
