import { div, mul, type Tensor } from '@gyre/tensor'
import { transposeBlocks } from '../block-circulant-algebra.js'

// One matrix, two parametrisations: BCA keeps the first column of each block, C3A the first row, times the layer's
// inputs. Shapes: `[out/p, in/p, p]` → the same. Both are differentiable.

/** BCA's kernel of the matrix that C3A's describes: `c[i, j, t] = w[i, j, (-t) mod p] / in`. */
export function bcaKernel(w: Tensor): Tensor {
  return div(transposeBlocks(w), inFeaturesOf(w))
}

/** C3A's kernel of the matrix that BCA's describes: `w[i, j, t] = in · c[i, j, (-t) mod p]`. */
export function c3aKernel(c: Tensor): Tensor {
  return mul(transposeBlocks(c), inFeaturesOf(c))
}

function inFeaturesOf({ shape }: Tensor): number {
  return shape[1]! * shape[2]!
}
