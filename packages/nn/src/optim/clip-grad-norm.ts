import { add, div, inPhase, minimum, mul, sqrt, sum, type Tensor } from '@gyre/tensor'
import { checkOption, OptimizerError } from '../errors.js'

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
  if (grads.size === 0) throw new OptimizerError('clipGradNorm: there are no gradients')
  return inPhase('update', () => {
    const norm = sqrt(
      [...grads.values()].map((grad) => sum(mul(grad, grad))).reduce((total, square) => add(total, square)),
    )
    const factor = minimum(div(maxNorm, add(norm, 1e-6)), 1)
    return { grads: new Map([...grads].map(([name, grad]) => [name, mul(grad, factor)])), norm }
  })
}
