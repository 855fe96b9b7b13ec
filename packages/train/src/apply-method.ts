import { type Adapter, findModules, inject, type ParameterGroup } from '@gyre/adapters'
import { type HasParameters, type Parameter, sizeOf } from '@gyre/tensor'
import type { Model } from '@gyre/transformers'
import { TrainingError } from './errors.js'
import type { TrainingMethod } from './method-grammar.js'

/** What a run trains: its parameters under the names that they are saved by, and how they are grouped. */
export interface Trainable extends HasParameters {
  readonly groups: readonly ParameterGroup[]
  /** Trainable numbers without, and in, the head that is trained beside them. */
  readonly counts: { readonly adapter: number; readonly head: number }
  /** Only for adapter methods. */
  readonly adapter?: Adapter
}

export interface ApplyMethodOptions {
  /** Seeds what the method draws at random. */
  readonly seed: number
}

/** Prepares a model for a method: injects the adapter, or sets which of its own parameters are trained. */
export function applyMethod(model: Model, method: TrainingMethod, { seed }: ApplyMethodOptions): Trainable {
  if (method.kind === 'adapter') {
    const adapter = inject(model, method.method, { seed })
    return {
      adapter,
      groups: adapter.parameterGroups(),
      counts: adapter.countParameters(),
      namedParameters: () => adapter.namedParameters(),
    }
  }
  const isHead = (name: string): boolean => model.isHeadParameter(name)
  const isTrained = method.kind === 'full' ? notFrozen(model, method.freeze ?? []) : isHead
  const trained = [...model.namedParameters()].filter(([name]) => isTrained(name))
  if (trained.length === 0) {
    const reason = method.kind === 'head' ? "the model's head is its embedding" : 'all of the model is frozen'
    throw new TrainingError(`method ${method.label}: ${reason}, so there is nothing to train`)
  }
  model.requiresGrad(false)
  for (const [, parameter] of trained) parameter.trainable = true
  const head = countNumbers(trained.filter(([name]) => isHead(name)))
  return {
    groups: [{ name: method.kind, parameters: trained, learningRateScale: 1 }],
    counts: model.hasTaskHead
      ? { adapter: countNumbers(trained) - head, head }
      : { adapter: countNumbers(trained), head: 0 },
    namedParameters: () => trained,
  }
}

/** Whether a parameter is outside of the modules of these names. */
function notFrozen(model: Model, names: readonly string[]): (parameter: string) => boolean {
  const paths = names.flatMap((name) => {
    const found = findModules(model, [name])
    if (found.length === 0) throw new TrainingError(`freeze: the model has no module named ${name}`)
    return found.map(([path]) => path)
  })
  return (parameter) => !paths.some((path) => parameter.startsWith(`${path}.`))
}

function countNumbers(parameters: readonly (readonly [string, Parameter])[]): number {
  return parameters.reduce((total, [, parameter]) => total + sizeOf(parameter.shape), 0)
}
