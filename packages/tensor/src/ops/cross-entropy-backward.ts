import { dispatch } from '../interpreter.js'
import { defineOp, throughComposition } from '../op.js'
import { sizeOf } from '../shape.js'
import { targetWeights } from '../target-weights.js'
import type { Tensor } from '../tensor.js'
import { type CrossEntropyOptions, crossEntropyOp } from './cross-entropy.js'
import { mul } from './mul.js'
import { softmax } from './softmax.js'
import { sub } from './sub.js'

type Inputs = { grad: Tensor; logits: Tensor; targets: Tensor; logSumExp: Tensor }

/** The gradient of `crossEntropy` for its logits: (softmax - one-hot) · grad, divided by the count for a mean. */
export const crossEntropyBackwardOp = defineOp<Inputs, CrossEntropyOptions>()({
  name: 'crossEntropyBackward',
  doc: { summary: 'The gradient of crossEntropy for its logits, from the saved logarithm of the sum.' },
  shape: ({ logits }) => ({ output: logits }),
  reference: ({ grad, logits, targets, logSumExp }, { ignoreIndex, reduction }, { output }) => {
    const classes = logits.shape.at(-1)!
    let count = 0
    for (let row = 0; row < targets.data.length; row++) if (targets.data[row] !== ignoreIndex) count++
    const scale = reduction === 'mean' ? grad.data[0]! / Math.max(count, 1) : grad.data[0]!
    for (let row = 0; row < targets.data.length; row++) {
      const target = targets.data[row]!
      if (target === ignoreIndex) continue
      const start = row * classes
      const normalizer = logSumExp.data[row]!
      for (let i = 0; i < classes; i++) {
        const probability = Math.exp(logits.data[start + i]! - normalizer)
        output.data[start + i] = (i === target ? probability - 1 : probability) * scale
      }
    }
  },
  // Written from the logits, not from the saved value, so that its own derivative is complete.
  composition: ({ grad, logits, targets }, options) => {
    const { oneHot, kept, weight } = targetWeights(logits, targets, options)
    return { output: mul(sub(mul(softmax(logits), kept), oneHot), mul(grad, weight)) }
  },
  vjp: throughComposition,
  // Per logit: shift, exponential, scale; per target: count, and 1 less at its class.
  cost: ({ logits, targets }) => ({ flops: 3 * sizeOf(logits.shape) + 2 * sizeOf(targets.shape) }),
  samples: (source) => {
    const logits = source.normal([2, 3, 5])
    const targets = source.integers([2, 3], 5)
    return [
      { ignoreIndex: -100, reduction: 'mean' as const },
      { ignoreIndex: 1, reduction: 'sum' as const },
    ].map((options) => ({
      name: options.reduction,
      inputs: {
        grad: source.normal([]),
        logits,
        targets,
        logSumExp: dispatch(crossEntropyOp, { logits, targets }, options).logSumExp,
      },
      options,
    }))
  },
})

export function crossEntropyBackward(inputs: Inputs, options: CrossEntropyOptions): Tensor {
  return dispatch(crossEntropyBackwardOp, inputs, options).output
}
