import { add, div, inPhase, minimum, mul, sqrt, sum, type Tensor } from '@gyre/tensor'
import { checkOption, OptimizerError } from '../errors.js'

/** The L2 norm of all gradients together, a scalar. */
export function gradNorm(grads: ReadonlyMap<string, Tensor>): Tensor {
  if (grads.size === 0) throw new OptimizerError('gradNorm: there are no gradients')
  return sqrt(
    [...grads.values()].map((grad) => sum(mul(grad, grad))).reduce((total, square) => add(total, square)),
  )
}

/**
 * Scales all gradients by one factor so that their common L2 norm is at most `maxNorm`: by
 * `min(1, maxNorm / (norm + 1e-6))`, as PyTorch does. `norm`, a scalar, is that before clipping.
 *
 * @source Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks. arXiv 1211.5063,
 * algorithm 1.
 */
export function clipGradNorm(
  grads: ReadonlyMap<string, Tensor>,
  maxNorm: number,
): { readonly grads: Map<string, Tensor>; readonly norm: Tensor } {
  checkOption('clipGradNorm', 'maxNorm', maxNorm, maxNorm > 0, 'a number above 0')
  return inPhase('update', () => {
    const norm = gradNorm(grads)
    const factor = minimum(div(maxNorm, add(norm, 1e-6)), 1)
    return { grads: new Map([...grads].map(([name, grad]) => [name, mul(grad, factor)])), norm }
  })
}
