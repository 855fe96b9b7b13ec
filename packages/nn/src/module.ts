import { type HasParameters, nameScope, Parameter, type Tensor } from '@gyre/tensor'
import { assignState, stateOf } from './state-dict.js'

/**
 * A part of a model, with PyTorch's words. Its parameters and child modules are its own fields: a `Parameter`, a
 * `Module`, or an array of modules. Field names are the names in checkpoints, which is why models keep Hugging
 * Face's spelling (`q_proj`, `LayerNorm`).
 *
 * Subclasses write `forward`; every call of it runs in a name scope, so that costs are known per module path.
 */
export abstract class Module implements HasParameters {
  /** Whether dropout is active. Changed by `train()` and `eval()`. */
  training = true

  abstract forward(...inputs: never[]): unknown

  constructor() {
    // Wrapped here once, so that no subclass can forget its scope.
    const forward = this.forward as (...inputs: unknown[]) => unknown
    let scopeName = ''
    Object.defineProperty(this, nameOfScope, {
      enumerable: false,
      set: (name: string) => {
        scopeName = name
      },
    })
    Object.defineProperty(this, 'forward', {
      enumerable: false,
      value: (...inputs: unknown[]) => {
        for (const [name, child] of this.children())
          (child as unknown as { [nameOfScope]: string })[nameOfScope] = name
        return nameScope(scopeName, () => forward.apply(this, inputs))
      },
    })
  }

  /** Child modules under their field names; those of an array as `layer.0`, `layer.1`, … */
  *children(): Generator<[name: string, module: Module]> {
    for (const name in this) {
      const value: unknown = this[name]
      if (value instanceof Module) yield [name, value]
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries())
          if (item instanceof Module) yield [`${name}.${index}`, item]
      }
    }
  }

  /** This module and all below it, under their paths; the root's path is ''. */
  *namedModules(path = ''): Generator<[path: string, module: Module]> {
    yield [path, this]
    for (const [name, child] of this.children()) yield* child.namedModules(join(path, name))
  }

  /** Every parameter under its path, in the order of the fields; one that two modules share comes once. */
  *namedParameters(): Generator<[name: string, parameter: Parameter]> {
    const seen = new Set<Parameter>()
    for (const [path, module] of this.namedModules()) {
      for (const name in module) {
        const value: unknown = module[name as keyof Module]
        if (value instanceof Parameter && !seen.has(value)) {
          seen.add(value)
          yield [join(path, name), value]
        }
      }
    }
  }

  parameters(): Parameter[] {
    return [...this.namedParameters()].map(([, parameter]) => parameter)
  }

  /** Number of trainable, or of all, numbers in the parameters. */
  countParameters({ trainableOnly = false } = {}): number {
    let count = 0
    for (const [, parameter] of this.namedParameters()) {
      if (parameter.trainable || !trainableOnly) count += parameter.shape.reduce((size, dim) => size * dim, 1)
    }
    return count
  }

  /** The current tensors under their parameters' names. */
  stateDict(): Map<string, Tensor> {
    return stateOf(this.namedParameters())
  }

  /** Takes tensors under parameters' names. Lists every missing and unexpected name and every wrong shape. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    assignState('loadStateDict', this.namedParameters(), state)
  }

  /** Makes every parameter trainable, or frozen. */
  requiresGrad(trainable: boolean): this {
    for (const parameter of this.parameters()) parameter.trainable = trainable
    return this
  }

  /** The modes of this module and of all below it, with what `ownTraceKey` says of each. */
  traceKey(): string {
    let key = (this.training ? 't' : 'e') + this.ownTraceKey()
    for (const [, child] of this.children()) key += child.traceKey()
    return key
  }

  /** What beside its mode decides which ops this module itself calls. */
  protected ownTraceKey(): string {
    return ''
  }

  /** Switches dropout on here and below. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode
    return this
  }

  /** Switches dropout off here and below. */
  eval(): this {
    return this.train(false)
  }
}

const nameOfScope = Symbol('name of scope')

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
