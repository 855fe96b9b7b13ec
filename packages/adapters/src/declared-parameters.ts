import { type HasParameters, Parameter, type Rng, type Shape } from '@gyre/tensor'
import type { AdapterParameter } from './method.js'

/** What a method declared, under the method's names, as parameters that have keys in the adapter's file. */
export class DeclaredParameters implements HasParameters {
  readonly byName: ReadonlyMap<string, Parameter>
  readonly declarations: ReadonlyMap<Parameter, AdapterParameter>
  readonly #keyStart: string

  constructor(declared: { readonly [name: string]: AdapterParameter }, keyStart: string, rng: Rng) {
    this.#keyStart = keyStart
    this.byName = new Map(
      Object.entries(declared).map(([name, { key, shape, dtype = 'float32', trainable, initializer }]) => {
        const parameter = new Parameter<Shape>({ shape, dtype, trainable }, initializer) as Parameter
        parameter.seed(rng.child(key))
        return [name, parameter]
      }),
    )
    this.declarations = new Map([...this.byName].map(([name, parameter]) => [parameter, declared[name]!]))
  }

  *namedParameters(): Generator<[key: string, parameter: Parameter]> {
    for (const [parameter, { key }] of this.declarations) yield [this.#keyStart + key, parameter]
  }
}
