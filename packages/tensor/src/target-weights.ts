import { arange } from './create.js'
import { add } from './ops/add.js'
import { cast } from './ops/cast.js'
import type { CrossEntropyOptions } from './ops/cross-entropy.js'
import { div } from './ops/div.js'
import { equal } from './ops/equal.js'
import { mul } from './ops/mul.js'
import { reshape } from './ops/reshape.js'
import { sub } from './ops/sub.js'
import { sum } from './ops/sum.js'
import type { Tensor } from './tensor.js'

/**
 * Class targets as numbers, for the compositions of the cross entropy: which rows count (`kept`), which class in
 * each of them (`oneHot`), and what their sum is multiplied by (`weight`).
 */
export function targetWeights(
  logits: Tensor,
  targets: Tensor,
  { ignoreIndex, reduction }: CrossEntropyOptions,
): { oneHot: Tensor; kept: Tensor; weight: Tensor | number } {
  const { dtype } = logits
  const column = reshape(targets, [...targets.shape, 1])
  const kept = sub(1, cast(equal(column, ignoreIndex), dtype))
  const oneHot = mul(cast(equal(column, arange(logits.shape.at(-1)!)), dtype), kept)
  if (reduction === 'sum') return { oneHot, kept, weight: 1 }
  const count = sum(kept)
  // 1 in the place of a count of 0.
  return { oneHot, kept, weight: div(1, add(count, cast(equal(count, 0), dtype))) }
}
