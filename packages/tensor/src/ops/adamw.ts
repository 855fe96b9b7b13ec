import { checkDType } from '../elementwise.js'
import { DTypeError, ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, sameShape, sizeOf } from '../shape.js'
import type { Tensor, TensorSpec } from '../tensor.js'
import { add } from './add.js'
import { cast } from './cast.js'
import { div } from './div.js'
import { mul } from './mul.js'
import { sqrt } from './sqrt.js'
import { sub } from './sub.js'
import { tanh } from './tanh.js'

type Inputs = {
  parameters: readonly Tensor[]
  gradients: readonly Tensor[]
  firstMoments: readonly Tensor[]
  secondMoments: readonly Tensor[]
  learningRate: Tensor
  step: Tensor
}
type Options = {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}
type Results = {
  parameters: readonly Tensor[]
  firstMoments: readonly Tensor[]
  secondMoments: readonly Tensor[]
}

export const adamwOp = defineOp<Inputs, Options, Results>()({
  name: 'adamw',
  doc: {
    summary: "One step of Adam with decoupled weight decay, for all of an optimiser's parameters.",
    source: 'Loshchilov, Hutter: Decoupled Weight Decay Regularization. arXiv 1711.05101, algorithm 2.',
  },
  shape: ({ parameters, gradients, firstMoments, secondMoments, learningRate, step }) => {
    for (const [name, list] of Object.entries({ gradients, firstMoments, secondMoments })) {
      checkLikeParameters(name, list, parameters)
    }
    for (const [name, scalar] of Object.entries({ learningRate, step })) {
      if (scalar.shape.length !== 0) {
        throw new ShapeError(`adamw: ${name} has shape ${formatShape(scalar.shape)}; expected a scalar`)
      }
    }
    checkDType('adamw', 'learningRate', learningRate.dtype, ['float32', 'float64'])
    checkDType('adamw', 'step', step.dtype, ['int32'])
    parameters.forEach(({ dtype }, i) => {
      checkDType('adamw', `parameters[${i}]`, dtype, [learningRate.dtype])
    })
    return { parameters, firstMoments: parameters, secondMoments: parameters }
  },
  reference: (inputs, { beta1, beta2, epsilon, weightDecay }, results) => {
    const rate = inputs.learningRate.data[0]!
    const t = inputs.step.data[0]!
    const kept = 1 - rate * weightDecay
    const stepSize = rate / (1 - beta1 ** t)
    const rootCorrection = Math.sqrt(1 - beta2 ** t)
    for (let n = 0; n < inputs.parameters.length; n++) {
      const oldP = inputs.parameters[n]!.data
      const g = inputs.gradients[n]!.data
      const oldM = inputs.firstMoments[n]!.data
      const oldV = inputs.secondMoments[n]!.data
      const p = results.parameters[n]!.data
      const m = results.firstMoments[n]!.data
      const v = results.secondMoments[n]!.data
      for (let i = 0; i < p.length; i++) {
        m[i] = beta1 * oldM[i]! + (1 - beta1) * g[i]!
        v[i] = beta2 * oldV[i]! + (1 - beta2) * g[i]! * g[i]!
        p[i] = kept * oldP[i]! - (stepSize * m[i]!) / (Math.sqrt(v[i]!) / rootCorrection + epsilon)
      }
    }
  },
  composition: (inputs, { beta1, beta2, epsilon, weightDecay }) => {
    const { learningRate } = inputs
    const t = cast(inputs.step, learningRate.dtype)
    const kept = sub(1, mul(learningRate, weightDecay))
    const stepSize = div(learningRate, oneMinusPower(beta1, t))
    const rootCorrection = sqrt(oneMinusPower(beta2, t))
    const firstMoments = inputs.gradients.map((g, n) =>
      add(mul(inputs.firstMoments[n]!, beta1), mul(g, 1 - beta1)),
    )
    const secondMoments = inputs.gradients.map((g, n) =>
      add(mul(inputs.secondMoments[n]!, beta2), mul(mul(g, g), 1 - beta2)),
    )
    const parameters = inputs.parameters.map((p, n) => {
      const denominator = add(div(sqrt(secondMoments[n]!), rootCorrection), epsilon)
      return sub(mul(p, kept), div(mul(firstMoments[n]!, stepSize), denominator))
    })
    return { parameters, firstMoments, secondMoments }
  },
  vjp: notDifferentiable('an update of parameters ends a training step; nothing flows back through it'),
  donates: { parameters: 'parameters', firstMoments: 'firstMoments', secondMoments: 'secondMoments' },
  // 3 for each first moment, 4 for each second, 7 for each parameter; and as many once, for the scalars.
  cost: ({ parameters }) => ({
    flops: 14 * (1 + parameters.reduce((count, { shape }) => count + sizeOf(shape), 0)),
  }),
  samples: (source) => {
    const lists = (shapes: readonly (readonly number[])[]) => ({
      parameters: shapes.map((shape) => source.normal(shape)),
      gradients: shapes.map((shape) => source.normal(shape)),
      firstMoments: shapes.map((shape) => source.normal(shape)),
      secondMoments: shapes.map((shape) => source.between(shape)),
    })
    return [
      {
        name: 'two parameters',
        inputs: {
          ...lists([[2, 3], [4]]),
          learningRate: source.between([], 0.01, 0.1),
          step: add(source.integers([], 5), 1),
        },
        options: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 },
      },
      {
        name: 'no decay, no first moment',
        inputs: {
          ...lists([[5]]),
          learningRate: source.between([], 0.01, 0.1),
          step: add(source.integers([], 5), 1),
        },
        options: { beta1: 0, beta2: 0.99, epsilon: 1e-6, weightDecay: 0 },
      },
    ]
  },
})

/**
 * One AdamW step over lists of parameters: with `t` the number of the step, counted from 1, and α the learning rate,
 *
 *     p ← (1 - α·weightDecay) p
 *     m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²
 *     p ← p - α / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + epsilon)
 *
 * Shapes: four lists alike, a scalar learning rate of the parameters' dtype and an int32 scalar step → three lists
 * of the same shapes. The rate and the step are tensors so that a compiled step follows the schedule.
 *
 * @source Loshchilov, Hutter: Decoupled Weight Decay Regularization. arXiv 1711.05101, algorithm 2.
 */
export function adamw(inputs: Inputs, options: Options): Results {
  return dispatch(adamwOp, inputs, options)
}

/** `1 - βᵗ` without the cancellation that float32 shows for β near 1: with h = tanh(-t ln β / 2) it is 2h / (1 + h). */
function oneMinusPower(beta: number, t: Tensor): Tensor {
  const h = tanh(mul(t, -Math.log(beta) / 2))
  return div(mul(h, 2), add(h, 1))
}

function checkLikeParameters(
  name: string,
  list: readonly TensorSpec[],
  parameters: readonly TensorSpec[],
): void {
  if (list.length !== parameters.length) {
    throw new ShapeError(
      `adamw: ${parameters.length} parameters and ${list.length} ${name}; expected as many of each`,
    )
  }
  list.forEach(({ shape, dtype }, i) => {
    const parameter = parameters[i]!
    if (!sameShape(shape, parameter.shape)) {
      throw new ShapeError(
        `adamw: ${name}[${i}] has shape ${formatShape(shape)}, its parameter ${formatShape(parameter.shape)}`,
      )
    }
    if (dtype !== parameter.dtype) {
      throw new DTypeError(`adamw: ${name}[${i}] is ${dtype}, its parameter ${parameter.dtype}`)
    }
  })
}
