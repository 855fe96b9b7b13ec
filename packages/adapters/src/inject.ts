import { AdaptableLayer, type Module } from '@gyre/nn'
import type { Parameter } from '@gyre/tensor'
import { Adapter, AdapterSite, keyPrefix } from './adapter.js'
import { AdapterError } from './errors.js'
import type { AdapterMethod, TrainedBiases } from './method.js'
import { type FoundSite, findModules, findSites } from './sites.js'

export interface InjectOptions {
  /** A model may carry several adapters; their names tell them apart. Default `default`. */
  readonly name?: string
  /** Seeds the adapter's random parts. Default 0. */
  readonly seed?: number
}

/**
 * Adds an adapter to a model: every target layer gets a delta, the base is frozen, and the modules to save stay
 * trainable. Nothing in the model is replaced; its names and `stateDict()` do not change.
 */
export function inject(model: Module, method: AdapterMethod, options: InjectOptions = {}): Adapter {
  return injectAt(model, method, findSites(model, method.targets.targets), options)
}

/** `inject` at sites that were found already. */
export function injectAt(
  model: Module,
  method: AdapterMethod,
  sites: readonly FoundSite[],
  { name = 'default', seed = 0 }: InjectOptions,
): Adapter {
  const others = adaptersOf(model)
  if (others.some((other) => other.name === name)) {
    throw new AdapterError(`the model already carries an adapter named '${name}'; give this one another name`)
  }
  const wanted = method.targets.modulesToSave ?? []
  const modules = findModules(model, wanted)
  if (wanted.length > 0 && modules.length === 0) {
    throw new AdapterError(`modulesToSave: the model has no module named ${wanted.join(' or ')}`)
  }
  const heads: [string, Parameter][] = []
  for (const [path, module] of modules) {
    for (const [key, parameter] of module.namedParameters())
      heads.push([`${keyPrefix}${path}.${key}`, parameter])
  }
  const { biases = 'none' } = method.targets
  if (biases !== 'none' && method.peftBias === undefined) {
    throw new AdapterError(`biases: files of ${method.name} hold no biases; expected 'none', got '${biases}'`)
  }
  const inModules = new Set(heads.map(([, parameter]) => parameter))
  for (const bias of biasesOf(model, sites, biases)) {
    if (!inModules.has(bias[1])) heads.push(bias)
  }
  for (const other of others) {
    const shared = heads.find(([, parameter]) => other.headParameters.some(([, own]) => own === parameter))
    if (shared) {
      // Deltas add; two versions of a head do not.
      throw new AdapterError(`${shared[0]} is already trained and saved with adapter '${other.name}'`)
    }
  }
  const adapter = new Adapter(name, method, sites, heads, seed)
  model.requiresGrad(false)
  for (const { headParameters } of [...others, adapter]) {
    for (const [, parameter] of headParameters) parameter.trainable = true
  }
  for (const site of adapter.sites) site.layer.deltas.push(site)
  return adapter
}

/** Takes an adapter out of its model again, which has the heads that it had. The base stays frozen. */
export function eject(adapter: Adapter): void {
  if (adapter.merged)
    throw new AdapterError(`adapter '${adapter.name}' is merged into the weights; unmerge it first`)
  adapter.enabled = false
  for (const [, parameter] of adapter.headParameters) parameter.trainable = false
  for (const site of adapter.sites) {
    const at = site.layer.deltas.indexOf(site)
    if (at >= 0) site.layer.deltas.splice(at, 1)
  }
}

/** The model's biases under PEFT's keys: what PEFT wraps, it calls `base_layer`. */
function biasesOf(
  model: Module,
  sites: readonly FoundSite[],
  which: TrainedBiases,
): [key: string, parameter: Parameter][] {
  if (which === 'none') return []
  const adapted = new Set(sites.map(({ path }) => `${path}.bias`))
  return [...model.namedParameters()]
    .filter(([name]) => (which === 'all' ? name.includes('bias') : adapted.has(name)))
    .map(([name, parameter]) => {
      const key = adapted.has(name) ? name.replace(/bias$/, 'base_layer.bias') : name
      return [`${keyPrefix}${key}`, parameter]
    })
}

function adaptersOf(model: Module): readonly Adapter[] {
  const adapters = new Set<Adapter>()
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof AdaptableLayer)) continue
    for (const delta of module.deltas) if (delta instanceof AdapterSite) adapters.add(delta.adapter)
  }
  return [...adapters]
}
