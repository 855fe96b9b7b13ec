import { type HasParameters, Parameter, type Rng, type Shape } from '@gyre/tensor'
import type { AdapterParameter } from './method.js'

/** What a method declared, under the method's names, as parameters that have keys in the adapter's file. */
export class DeclaredParameters implements HasParameters {
  readonly byName: ReadonlyMap<string, Parameter>
  readonly redrawnWhenMissing: readonly Parameter[]
  readonly #byKey: readonly (readonly [key: string, parameter: Parameter])[]

  constructor(declared: { readonly [name: string]: AdapterParameter }, keyStart: string, rng: Rng) {
    const created = Object.entries(declared).map(([name, { key, shape, dtype, initializer, ...flags }]) => {
      const spec = { shape, dtype: dtype ?? 'float32', trainable: flags.trainable } as const
      const parameter = new Parameter<Shape>(spec, initializer) as Parameter
      parameter.seed(rng.child(key))
      return { name, key: keyStart + key, parameter, redrawn: flags.redrawnWhenMissing === true }
    })
    this.byName = new Map(created.map(({ name, parameter }) => [name, parameter]))
    this.redrawnWhenMissing = created.filter(({ redrawn }) => redrawn).map(({ parameter }) => parameter)
    this.#byKey = created.map(({ key, parameter }) => [key, parameter])
  }

  namedParameters(): Iterable<readonly [key: string, parameter: Parameter]> {
    return this.#byKey
  }
}
