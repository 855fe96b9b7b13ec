import {
  type DType,
  formatShape,
  full,
  type HasParameters,
  inPhase,
  mul,
  Parameter,
  sameShape,
  sizeOf,
  type Tensor,
  type TensorSpec,
} from '@gyre/tensor'
import { checkRate, OptimizerError } from '../errors.js'
import { assignState, stateOf } from '../state-dict.js'
import { type GroupDefaults, type ParameterGroups, type ResolvedGroup, resolveGroups } from './groups.js'

/** One group's part of a step: the parameters that move, with their gradients in the same order. */
export interface GroupStep {
  readonly parameters: readonly Parameter[]
  readonly gradients: readonly Tensor[]
  /** The group's learning rate at this step, a scalar. */
  readonly learningRate: Tensor
  readonly weightDecay: number
}

export interface StepOptions {
  /**
   * The learning rate of this step, in place of the optimiser's; each group's factor still applies. A number, or
   * a scalar tensor where the step is compiled: a number would be built into the compiled program.
   */
  readonly learningRate?: number | Tensor
}

/**
 * Moves parameters along their gradients. Which parameters those are is decided when the optimiser is made: the
 * trainable ones. A frozen parameter has no state and is never written. The optimiser's own numbers are
 * parameters too, zero until first used, so that a trace counts them and a compiled step finds them.
 */
export abstract class Optimizer implements HasParameters {
  /** The class's name, for errors. */
  readonly name: string
  /** That of the steps which are given no other. */
  readonly learningRate: number
  readonly groups: readonly ResolvedGroup[]
  readonly #parameters: ReadonlyMap<string, Parameter>
  readonly #state = new Map<string, Parameter>()

  constructor(name: string, groups: ParameterGroups, defaults: GroupDefaults) {
    this.name = name
    this.groups = resolveGroups(name, groups, defaults)
    this.learningRate = defaults.learningRate
    this.#parameters = new Map(this.groups.flatMap((group) => [...group.parameters]))
  }

  /** Writes the new parameters and the new state. */
  protected abstract update(groups: readonly GroupStep[]): void

  /** One step along `grads`: one gradient for each trainable parameter, under the parameter's name. */
  step(grads: ReadonlyMap<string, Tensor>, { learningRate = this.learningRate }: StepOptions = {}): void {
    this.#checkGradients(grads)
    if (typeof learningRate === 'number') checkRate(`${this.name}.step`, 'learningRate', learningRate)
    inPhase('update', () => {
      const steps = this.groups.flatMap((group) => {
        const moving = [...group.parameters].filter(([, parameter]) => parameter.trainable)
        if (moving.length === 0) return []
        const parameters = moving.map(([, parameter]) => parameter)
        return {
          parameters,
          gradients: moving.map(([name]) => grads.get(name)!),
          learningRate: scaled(learningRate, group.rateFactor, parameters[0]!),
          weightDecay: group.weightDecay,
        }
      })
      this.update(steps)
    })
  }

  /** Each group's learning rate at a step whose rate is `learningRate`, and how many numbers it moves. */
  effectiveLearningRates(
    learningRate = this.learningRate,
  ): { readonly name: string; readonly learningRate: number; readonly numbers: number }[] {
    return this.groups.map(({ name, parameters, rateFactor }) => ({
      name,
      learningRate: learningRate * rateFactor,
      numbers: [...parameters.values()].reduce((count, { shape }) => count + sizeOf(shape), 0),
    }))
  }

  /** The optimiser's state, which a trace sees as it sees a model's parameters. */
  namedParameters(): Iterable<readonly [name: string, parameter: Parameter]> {
    return this.#state
  }

  /** All that is needed to go on as if nothing had happened. */
  stateDict(): Map<string, Tensor> {
    return stateOf(this.#state)
  }

  /** Takes what `stateDict` gave. Lists every missing and unexpected name and every wrong shape and dtype. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    assignState(`${this.name}.loadStateDict`, this.#state, state)
  }

  /** One number of state for the whole optimiser, 0 at first. */
  protected scalarState(name: string, dtype: DType): Parameter {
    return this.#addState(name, { shape: [], dtype })
  }

  /** State of each parameter's shape, 0 at first, under `kind.` and the parameter's name. */
  protected tensorPerParameter(kind: string): ReadonlyMap<Parameter, Parameter> {
    return this.#statePerParameter(kind, (parameter) => parameter)
  }

  /** One number of state for each parameter, 0 at first, named likewise. */
  protected scalarPerParameter(kind: string): ReadonlyMap<Parameter, Parameter> {
    return this.#statePerParameter(kind, ({ dtype }) => ({ shape: [], dtype }))
  }

  #statePerParameter(
    kind: string,
    spec: (parameter: Parameter) => TensorSpec,
  ): ReadonlyMap<Parameter, Parameter> {
    const state = new Map<Parameter, Parameter>()
    for (const [name, parameter] of this.#parameters)
      state.set(parameter, this.#addState(`${kind}.${name}`, spec(parameter)))
    return state
  }

  #checkGradients(grads: ReadonlyMap<string, Tensor>): void {
    const problems: string[] = []
    for (const [name, { trainable, shape }] of this.#parameters) {
      const grad = grads.get(name)
      if (!grad) {
        if (trainable) problems.push(`no gradient for ${name}`)
      } else if (!sameShape(grad.shape, shape)) {
        problems.push(
          `the gradient for ${name} is ${formatShape(grad.shape)}, expected ${formatShape(shape)}`,
        )
      }
    }
    for (const name of grads.keys()) {
      if (!this.#parameters.has(name)) {
        problems.push(`a gradient for ${name}, which was unknown or frozen when the optimiser was made`)
      }
    }
    if (problems.length > 0) throw new OptimizerError(`${this.name}.step: ${problems.join('; ')}`)
  }

  #addState(name: string, { shape, dtype }: TensorSpec): Parameter {
    const state = new Parameter({ shape, dtype, trainable: false }, 'zeros')
    this.#state.set(name, state)
    return state
  }
}

/** The group's rate as a tensor like its parameters: `rate · factor`. */
function scaled(rate: number | Tensor, factor: number, { dtype }: Parameter): Tensor {
  if (typeof rate === 'number') return full([], rate * factor, { dtype }) as Tensor
  return factor === 1 ? rate : mul(rate, factor)
}
