import { adamw, add, type Parameter, type Tensor } from '@gyre/tensor'
import { checkFraction, checkRate } from '../errors.js'
import type { ParameterGroups } from './groups.js'
import { type GroupStep, Optimizer } from './optimizer.js'
import { withL2 } from './weight-decay.js'

export interface AdamOptions {
  readonly learningRate: number
  /** How much of the running means of the gradient and of its square is kept; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number]
  /** Added to the root of the squared gradients' mean; default 1e-8. */
  readonly epsilon?: number
  /** Default 0. */
  readonly weightDecay?: number
}

abstract class AdamFamily extends Optimizer {
  readonly #beta1: number
  readonly #beta2: number
  readonly #epsilon: number
  readonly #step: Parameter
  readonly #firstMoments: ReadonlyMap<Parameter, Parameter>
  readonly #secondMoments: ReadonlyMap<Parameter, Parameter>

  constructor(name: string, groups: ParameterGroups, options: AdamOptions) {
    const { learningRate, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options
    super(name, groups, { learningRate, weightDecay })
    betas.forEach((beta, i) => {
      checkFraction(name, `betas[${i}]`, beta)
    })
    checkRate(name, 'epsilon', epsilon)
    this.#beta1 = betas[0]
    this.#beta2 = betas[1]
    this.#epsilon = epsilon
    this.#step = this.scalarState('step', 'int32')
    this.#firstMoments = this.tensorPerParameter('firstMoment')
    this.#secondMoments = this.tensorPerParameter('secondMoment')
  }

  protected override update(groups: readonly GroupStep[]): void {
    this.#step.assign(add(this.#step.value, 1))
    for (const group of groups) this.#updateGroup(group)
  }

  /** Where the family's members differ: what becomes of weight decay. */
  protected abstract regularised(group: GroupStep): {
    readonly gradients: readonly Tensor[]
    readonly decoupledDecay: number
  }

  #updateGroup(group: GroupStep): void {
    const { parameters, learningRate } = group
    const { gradients, decoupledDecay } = this.regularised(group)
    const firstMoments = parameters.map((parameter) => this.#firstMoments.get(parameter)!)
    const secondMoments = parameters.map((parameter) => this.#secondMoments.get(parameter)!)
    const updated = adamw(
      {
        parameters: parameters.map(({ value }) => value),
        gradients,
        firstMoments: firstMoments.map(({ value }) => value),
        secondMoments: secondMoments.map(({ value }) => value),
        learningRate,
        step: this.#step.value,
      },
      { beta1: this.#beta1, beta2: this.#beta2, epsilon: this.#epsilon, weightDecay: decoupledDecay },
    )
    assignAll(parameters, updated.parameters)
    assignAll(firstMoments, updated.firstMoments)
    assignAll(secondMoments, updated.secondMoments)
  }
}

/**
 * Adam with L2 regularisation: weight decay is added to the gradient. As PyTorch's Adam.
 *
 * @source Kingma, Ba: Adam. arXiv 1412.6980, algorithm 1.
 */
export class Adam extends AdamFamily {
  constructor(groups: ParameterGroups, options: AdamOptions) {
    super('Adam', groups, options)
  }

  protected override regularised({ parameters, gradients, weightDecay }: GroupStep) {
    return {
      gradients: gradients.map((gradient, i) => withL2(gradient, parameters[i]!.value, weightDecay)),
      decoupledDecay: 0,
    }
  }
}

/**
 * Adam with decoupled weight decay: the parameter itself shrinks by `learningRate · weightDecay`. As PyTorch's
 * AdamW, but for weight decay, which is 0 unless told.
 *
 * @source Loshchilov, Hutter: Decoupled Weight Decay Regularization. arXiv 1711.05101, algorithm 2.
 */
export class AdamW extends AdamFamily {
  constructor(groups: ParameterGroups, options: AdamOptions) {
    super('AdamW', groups, options)
  }

  protected override regularised({ gradients, weightDecay }: GroupStep) {
    return { gradients, decoupledDecay: weightDecay }
  }
}

function assignAll(parameters: readonly Parameter[], values: readonly Tensor[]): void {
  parameters.forEach((parameter, i) => {
    parameter.assign(values[i]!)
  })
}
