import { add, full, mul, OptionError, type Parameter, sub, type Tensor } from '@gyre/tensor'
import { checkFraction } from '../errors.js'
import type { ParameterGroups } from './groups.js'
import { type GroupStep, Optimizer } from './optimizer.js'
import { withL2 } from './weight-decay.js'

export interface SgdOptions {
  readonly learningRate: number
  /** How much of the last direction is kept; default 0. */
  readonly momentum?: number
  /** How much less a gradient counts once there is a direction; default 0. */
  readonly dampening?: number
  /** Steps along `gradient + momentum · direction`; needs momentum and no dampening. Default false. */
  readonly nesterov?: boolean
  /** L2 regularisation, added to the gradient; default 0. */
  readonly weightDecay?: number
}

/**
 * Stochastic gradient descent: `direction = momentum · direction + (1 - dampening) · gradient`, the first
 * direction being the first gradient; `parameter -= learningRate · direction`. As PyTorch's SGD.
 *
 * @source Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning.
 * ICML 2013, section 2, with the learning rate outside the momentum.
 */
export class SGD extends Optimizer {
  readonly #momentum: number
  readonly #dampening: number
  readonly #nesterov: boolean
  readonly #directions: ReadonlyMap<Parameter, Parameter> | undefined
  /** For each parameter 0 before its first step and 1 after it: the first gradient is not dampened. */
  readonly #started: ReadonlyMap<Parameter, Parameter> | undefined

  constructor(groups: ParameterGroups, options: SgdOptions) {
    const { learningRate, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options
    super('SGD', groups, { learningRate, weightDecay })
    checkFraction('SGD', 'momentum', momentum)
    checkFraction('SGD', 'dampening', dampening)
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new OptionError(
        `SGD: nesterov needs momentum and no dampening, got momentum ${momentum} and dampening ${dampening}`,
      )
    }
    this.#momentum = momentum
    this.#dampening = dampening
    this.#nesterov = nesterov
    if (momentum !== 0) this.#directions = this.tensorPerParameter('direction')
    if (momentum !== 0 && dampening !== 0) this.#started = this.scalarPerParameter('started')
  }

  protected override update(groups: readonly GroupStep[]): void {
    for (const { parameters, gradients, learningRate, weightDecay } of groups) {
      parameters.forEach((parameter, i) => {
        const gradient = withL2(gradients[i]!, parameter.value, weightDecay)
        const direction = this.#advance(parameter, gradient)
        parameter.assign(sub(parameter.value, mul(direction, learningRate)))
      })
    }
  }

  /** Takes the gradient into the parameter's direction, and gives what to step along. */
  #advance(parameter: Parameter, gradient: Tensor): Tensor {
    const direction = this.#directions?.get(parameter)
    if (!direction) return gradient
    const kept = mul(direction.value, this.#momentum)
    direction.assign(add(kept, this.#dampened(parameter, gradient)))
    return this.#nesterov ? add(gradient, mul(direction.value, this.#momentum)) : direction.value
  }

  #dampened(parameter: Parameter, gradient: Tensor): Tensor {
    const started = this.#started?.get(parameter)
    if (!started) return gradient
    const share = sub(1, mul(started.value, this.#dampening))
    started.assign(full([], 1, { dtype: started.dtype }))
    return mul(gradient, share)
  }
}
