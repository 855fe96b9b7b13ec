import { checkDType } from '../elementwise.js'
import { IndexError, ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, sameShape, sizeOf } from '../shape.js'
import { targetWeights } from '../target-weights.js'
import type { Tensor } from '../tensor.js'
import { crossEntropyBackward } from './cross-entropy-backward.js'
import { logSoftmax } from './log-softmax.js'
import { mul } from './mul.js'
import { neg } from './neg.js'
import { sum } from './sum.js'

type Inputs = { logits: Tensor; targets: Tensor }
export type CrossEntropyOptions = {
  /** Targets with this number count for nothing. */
  readonly ignoreIndex: number
  /** `mean` over the targets that count, `sum` over them. */
  readonly reduction: 'mean' | 'sum'
}
type Results = { output: Tensor; logSumExp: Tensor }

export const crossEntropyOp = defineOp<Inputs, CrossEntropyOptions, Results>()({
  name: 'crossEntropy',
  doc: {
    summary:
      'The negative log-likelihood of each target class under the softmax of its logits, over all targets ' +
      'that are not ignored; 0 when there are none.',
  },
  shape: ({ logits, targets }) => {
    checkDType('crossEntropy', 'logits', logits.dtype, ['float32', 'float64'])
    checkDType('crossEntropy', 'targets', targets.dtype, ['int32'])
    if (logits.shape.length === 0 || !sameShape(logits.shape.slice(0, -1), targets.shape)) {
      throw new ShapeError(
        `crossEntropy: logits ${formatShape(logits.shape)} need targets ${formatShape(logits.shape.slice(0, -1))}, ` +
          `got ${formatShape(targets.shape)}`,
      )
    }
    return {
      output: { shape: [], dtype: logits.dtype },
      logSumExp: { shape: targets.shape, dtype: logits.dtype },
    }
  },
  reference: ({ logits, targets }, { ignoreIndex, reduction }, { output, logSumExp }) => {
    const classes = logits.shape.at(-1)!
    let total = 0
    let count = 0
    for (let row = 0; row < targets.data.length; row++) {
      const target = targets.data[row]!
      if (target === ignoreIndex) continue
      if (target < 0 || target >= classes) throw targetError(target, row, classes, ignoreIndex)
      const start = row * classes
      let largest = -Infinity
      for (let i = 0; i < classes; i++) largest = Math.max(largest, logits.data[start + i]!)
      let exponentials = 0
      for (let i = 0; i < classes; i++) exponentials += Math.exp(logits.data[start + i]! - largest)
      const normalizer = largest + Math.log(exponentials)
      logSumExp.data[row] = normalizer
      total += normalizer - logits.data[start + target]!
      count++
    }
    output.data[0] = reduction === 'mean' ? total / Math.max(count, 1) : total
  },
  saved: ['logSumExp'],
  composition: ({ logits, targets }, options) => {
    const { oneHot, weight } = targetWeights(logits, targets, options)
    return { output: mul(neg(sum(mul(logSoftmax(logits), oneHot))), weight) }
  },
  vjp: ({ inputs: { logits, targets }, options, outputs: { logSumExp }, grads }) => ({
    logits: () => crossEntropyBackward({ grad: grads.output, logits, targets, logSumExp }, options),
    targets: notDifferentiable('the number of a class has no slope'),
  }),
  // Per logit: largest, shift, exponential, sum; per target: logarithm, shift, difference, total. The rest of the
  // composition multiplies by zeros.
  cost: ({ logits, targets }) => ({ flops: 4 * sizeOf(logits.shape) + 4 * sizeOf(targets.shape) }),
  samples: (source) => [
    {
      name: 'mean',
      inputs: { logits: source.normal([2, 3, 5]), targets: source.integers([2, 3], 5) },
      options: { ignoreIndex: -100, reduction: 'mean' },
    },
    {
      name: 'sum, one class ignored',
      inputs: { logits: source.normal([8, 3]), targets: source.integers([8], 3) },
      options: { ignoreIndex: 1, reduction: 'sum' },
    },
    {
      name: 'everything ignored',
      inputs: { logits: source.normal([2, 3]), targets: source.integers([2], 1) },
      options: { ignoreIndex: 0, reduction: 'mean' },
    },
  ],
})

/** The error for a target that is no class and not ignored. */
export function targetError(
  target: number,
  position: number,
  classes: number,
  ignoreIndex: number,
): IndexError {
  return new IndexError(
    `crossEntropy: target ${target} at position ${position} is neither a class, 0 to ${classes - 1}, ` +
      `nor the ignored ${ignoreIndex}`,
  )
}

/**
 * The cross entropy of integer classes. Shapes: logits `[…, V]`, targets `[…]` of int32 → `[]`. A target is a
 * class, 0 … V - 1 (anything else is an `IndexError`), or `ignoreIndex`, which counts for nothing. With
 * `reduction: 'mean'` the sum is divided by the number of targets that count; when there are none, the loss and
 * its gradient are 0.
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  { ignoreIndex = -100, reduction = 'mean' }: Partial<CrossEntropyOptions> = {},
): Tensor {
  return dispatch(crossEntropyOp, { logits, targets }, { ignoreIndex, reduction }).output
}
