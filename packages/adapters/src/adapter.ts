import type { AdaptableLayer, Delta } from '@gyre/nn'
import { type HasParameters, type Parameter, Rng, sizeOf, type Tensor } from '@gyre/tensor'
import { DeclaredParameters } from './declared-parameters.js'
import { AdapterError } from './errors.js'
import type { AdapterMethod, AdapterParameter, JsonObject, Site } from './method.js'
import type { FoundSite } from './sites.js'

/** PEFT writes this before every module path in an adapter's file. */
export const keyPrefix = 'base_model.model.'

/** One method's parameters at one linear layer. The layer adds it to its output while it is active. */
export class AdapterSite implements Delta {
  readonly adapter: Adapter
  readonly site: Site
  readonly layer: AdaptableLayer
  readonly parameters: DeclaredParameters

  constructor(adapter: Adapter, { layer, ...site }: FoundSite, rng: Rng) {
    adapter.method.check(site)
    this.adapter = adapter
    this.site = site
    this.layer = layer
    this.parameters = new DeclaredParameters(
      adapter.method.parameters(site),
      `${keyPrefix}${site.path}.`,
      rng.child(site.path),
    )
  }

  get name(): string {
    return this.adapter.name
  }

  get active(): boolean {
    return this.adapter.enabled && !this.adapter.merged
  }

  get learningRateScale(): number {
    return this.adapter.method.learningRateScale(this.site)
  }

  delta(x: Tensor): Tensor {
    return this.adapter.method.delta(this.site, this.#tensors(), x)
  }

  deltaWeight(): Tensor {
    return this.adapter.method.deltaWeight(this.site, this.#tensors())
  }

  /** Parameters under their keys in the adapter's file. */
  namedParameters(): Iterable<readonly [key: string, parameter: Parameter]> {
    return this.parameters.namedParameters()
  }

  #tensors(): { [name: string]: Tensor } {
    const parameters = [...this.adapter.sharedParameters.byName, ...this.parameters.byName]
    return Object.fromEntries(parameters.map(([name, parameter]) => [name, parameter.value]))
  }
}

/** Parameters that share a learning rate: the schedule's, times `learningRateScale`. */
export interface ParameterGroup {
  readonly name: string
  readonly parameters: readonly (readonly [key: string, parameter: Parameter])[]
  readonly learningRateScale: number
}

/** A method injected into a model: its sites, and the modules and biases that are trained and saved beside them. */
export class Adapter implements HasParameters {
  readonly name: string
  readonly method: AdapterMethod
  /** What all sites use, such as VeRA's bases. */
  readonly sharedParameters: DeclaredParameters
  readonly sites: readonly AdapterSite[]
  /** Whether ΔW is in the layers' weights; changed by `merge` and `unmerge`. */
  merged = false
  /** The fields of the `adapter_config.json` that it was loaded from: they are saved again as they were. */
  loadedFields: JsonObject | undefined
  readonly #declarations: ReadonlyMap<Parameter, AdapterParameter>
  readonly #heads: readonly (readonly [key: string, parameter: Parameter])[]
  /** Of the saved modules, the tensors that the model does not hold now: its own, or when switched off the adapter's. */
  readonly #shelved: Map<Parameter, Tensor>
  #enabled = true

  constructor(
    name: string,
    method: AdapterMethod,
    sites: readonly FoundSite[],
    heads: readonly (readonly [key: string, parameter: Parameter])[],
    seed: number,
  ) {
    this.name = name
    this.method = method
    const rng = new Rng(seed).child('adapter')
    this.sharedParameters = new DeclaredParameters(method.sharedParameters(sites), '', rng)
    this.sites = sites.map((site) => new AdapterSite(this, site, rng))
    const declared = [this.sharedParameters, ...this.sites.map((site) => site.parameters)]
    this.#declarations = new Map(declared.flatMap(({ declarations }) => [...declarations]))
    this.#heads = heads
    this.#shelved = new Map(heads.map(([, parameter]) => [parameter, parameter.value]))
  }

  /** Switched off, the model computes what it computed without the adapter, with the heads that it had. */
  get enabled(): boolean {
    return this.#enabled
  }

  set enabled(enabled: boolean) {
    if (enabled === this.#enabled) return
    if (this.merged) {
      throw new AdapterError(`adapter '${this.name}' is merged into the weights; unmerge it first`)
    }
    this.#enabled = enabled
    for (const [parameter, shelved] of this.#shelved) {
      this.#shelved.set(parameter, parameter.value)
      parameter.assign(shelved)
    }
  }

  /** The adapter's own parameters and those of the saved modules, under their keys in the file. */
  *namedParameters(): Generator<readonly [key: string, parameter: Parameter]> {
    yield* this.sharedParameters.namedParameters()
    for (const site of this.sites) yield* site.namedParameters()
    yield* this.#heads
  }

  /** What the method declared of a parameter; undefined for those of the saved modules. */
  declarationOf(parameter: Parameter): AdapterParameter | undefined {
    return this.#declarations.get(parameter)
  }

  /** The tensors that make up the adapter, switched on or off, under their keys in the file. */
  *namedTensors(): Generator<readonly [key: string, tensor: Tensor]> {
    for (const [key, parameter] of this.namedParameters()) {
      yield [key, (this.#enabled ? undefined : this.#shelved.get(parameter)) ?? parameter.value]
    }
  }

  /** Parameters of the modules, and the biases, that are saved beside the adapter. */
  get headParameters(): readonly (readonly [key: string, parameter: Parameter])[] {
    return this.#heads
  }

  /** Trainable numbers in the adapter and, apart from them, in the modules saved beside it. */
  countParameters(): { adapter: number; head: number } {
    const count = (parameters: Iterable<readonly [string, Parameter]>): number =>
      [...parameters].reduce((total, [, p]) => total + (p.trainable ? sizeOf(p.shape) : 0), 0)
    return {
      adapter: count(this.sites.flatMap((site) => [...site.namedParameters()])),
      head: count(this.#heads),
    }
  }

  /** Trainable parameters by the scale of their learning rate, the head's (scale 1) apart. */
  parameterGroups(): ParameterGroup[] {
    const byScale = new Map<number, (readonly [string, Parameter])[]>()
    for (const site of this.sites) {
      const scale = site.learningRateScale
      if (!byScale.has(scale)) byScale.set(scale, [])
      byScale.get(scale)!.push(...[...site.namedParameters()].filter(([, parameter]) => parameter.trainable))
    }
    const groups: ParameterGroup[] = [...byScale].map(([learningRateScale, parameters]) => ({
      name: this.method.name,
      parameters,
      learningRateScale,
    }))
    if (this.#heads.length > 0) groups.push({ name: 'head', parameters: this.#heads, learningRateScale: 1 })
    return groups
  }
}
