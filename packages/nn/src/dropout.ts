import { add, currentNameScope, dropout, Rng, type Tensor, tensor } from '@gyre/tensor'
import { checkFraction, DropoutError } from './errors.js'
import { Module } from './module.js'

/**
 * Sets each element to 0 with `probability` while training and divides the others by what is left of it. Where it
 * is not active, it calls no op.
 *
 * Randomness is an argument: a model hands one seed, given with the batch, to all its dropouts, and each draws
 * from a stream of its own, told apart by its module path. The same seed gives the same masks, so a recomputed
 * layer drops the same elements, and a compiled step draws new ones from a new seed. One `Dropout` used twice in
 * a pass drops the same elements both times: give each use one of its own.
 */
export class Dropout extends Module {
  readonly probability: number

  constructor(probability: number) {
    super()
    checkFraction('Dropout', 'probability', probability)
    this.probability = probability
  }

  /** Whether anything is dropped: while training, unless the probability is 0. */
  get active(): boolean {
    return this.training && this.probability > 0
  }

  /** Shapes: x any, seed int32 `[2]` (such as `rng.key`; needed where active) → as x. */
  override forward(x: Tensor, seed?: Tensor): Tensor {
    if (!this.active) return x
    const { path } = currentNameScope()
    if (!seed) {
      throw new DropoutError(
        `dropout${path === '' ? '' : ` at ${path}`} is active and got no seed; give the model a seed with each batch, or call eval() on it`,
      )
    }
    // Unequal keys have unrelated streams, so a constant for the path may simply be added; int32 wraps around.
    return dropout(x, add(seed, keyOf(path)), { probability: this.probability })
  }
}

const paths = /* @__PURE__ */ new Rng(0)

function keyOf(path: string): Tensor {
  return tensor(Int32Array.from(paths.child(path).key)) as Tensor
}
