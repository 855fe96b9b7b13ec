import { add, div, mul, type Parameter, sqrt, sub, type Tensor } from '@gyre/tensor'
import { checkFraction, checkRate } from '../errors.js'
import type { ParameterGroups } from './groups.js'
import { type GroupStep, Optimizer } from './optimizer.js'
import { withL2 } from './weight-decay.js'

export interface AdadeltaOptions {
  /** Default 1: the method finds its own step sizes. */
  readonly learningRate?: number
  /** How much of the running averages is kept; default 0.9. */
  readonly rho?: number
  /** Added to the averages under the roots; default 1e-6. */
  readonly epsilon?: number
  /** L2 regularisation, added to the gradient; default 0. */
  readonly weightDecay?: number
}

/**
 * Adadelta: steps as large as recent steps were, relative to recent gradients. As PyTorch's Adadelta.
 *
 * @source Zeiler: ADADELTA: An Adaptive Learning Rate Method. arXiv 1212.5701, algorithm 1.
 */
export class Adadelta extends Optimizer {
  readonly #rho: number
  readonly #epsilon: number
  readonly #squaredGradients: ReadonlyMap<Parameter, Parameter>
  readonly #squaredSteps: ReadonlyMap<Parameter, Parameter>

  constructor(groups: ParameterGroups, options: AdadeltaOptions = {}) {
    const { learningRate = 1, rho = 0.9, epsilon = 1e-6, weightDecay = 0 } = options
    super('Adadelta', groups, { learningRate, weightDecay })
    checkFraction('Adadelta', 'rho', rho)
    checkRate('Adadelta', 'epsilon', epsilon)
    this.#rho = rho
    this.#epsilon = epsilon
    this.#squaredGradients = this.tensorPerParameter('squaredGradient')
    this.#squaredSteps = this.tensorPerParameter('squaredStep')
  }

  protected override update(groups: readonly GroupStep[]): void {
    for (const { parameters, gradients, learningRate, weightDecay } of groups) {
      parameters.forEach((parameter, i) => {
        const gradient = withL2(gradients[i]!, parameter.value, weightDecay)
        const squaredGradients = this.#squaredGradients.get(parameter)!
        const squaredSteps = this.#squaredSteps.get(parameter)!
        this.#average(squaredGradients, gradient)
        const step = mul(div(this.#root(squaredSteps), this.#root(squaredGradients)), gradient)
        this.#average(squaredSteps, step)
        parameter.assign(sub(parameter.value, mul(step, learningRate)))
      })
    }
  }

  /** Takes `value²` into a running average. */
  #average(average: Parameter, value: Tensor): void {
    average.assign(add(mul(average.value, this.#rho), mul(mul(value, value), 1 - this.#rho)))
  }

  #root(average: Parameter): Tensor {
    return sqrt(add(average.value, this.#epsilon))
  }
}
