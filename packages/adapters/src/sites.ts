import { AdaptableLayer, type Module } from '@gyre/nn'
import { AdapterError } from './errors.js'
import type { Site } from './method.js'
import { nearestNames } from './nearest-names.js'

/** A model that names the part which maps hidden states to its output; `all-linear` leaves that part out. */
export interface HasHead {
  readonly headPaths: readonly string[]
}

/** A site with its layer. */
export interface FoundSite extends Site {
  readonly layer: AdaptableLayer
}

/**
 * The linear layers that `targets` name: by the last word of the path, by its end, or all of them but the head's.
 * A target that matches nothing is an error that names the nearest sites.
 */
export function findSites(model: Module, targets: readonly string[]): FoundSite[] {
  const linears = linearLayers(model)
  if (targets.length === 0) throw new AdapterError(`targets is empty; the model has ${listNames(linears)}`)
  const heads = (model as Partial<HasHead>).headPaths ?? []
  const used = new Set<string>()
  const found: FoundSite[] = []
  for (const [path, layer] of linears) {
    const target = targets.find((target) => matches(path, target, heads))
    if (target === undefined) continue
    used.add(target)
    found.push(siteOf(path, target, layer))
  }
  for (const target of targets) {
    if (!used.has(target)) {
      throw new AdapterError(
        `target '${target}' matches no linear layer; the nearest are ${nearest(target, linears).join(', ')}`,
      )
    }
  }
  return found
}

/** The linear layers whose whole path a test accepts, each its own target. */
export function findSitesBy(model: Module, accepts: (path: string) => boolean): FoundSite[] {
  return linearLayers(model).flatMap(([path, layer]) => (accepts(path) ? [siteOf(path, path, layer)] : []))
}

/** Modules named in `names` by the last word or the end of their path. */
export function findModules(model: Module, names: readonly string[]): [path: string, module: Module][] {
  return [...model.namedModules()].filter(([path]) => names.some((name) => endsWithName(path, name)))
}

function matches(path: string, target: string, heads: readonly string[]): boolean {
  if (target === 'all-linear') return !heads.some((head) => path === head || path.startsWith(`${head}.`))
  return endsWithName(path, target)
}

function linearLayers(model: Module): [path: string, layer: AdaptableLayer][] {
  return [...model.namedModules()].filter(
    (entry): entry is [string, AdaptableLayer] => entry[1] instanceof AdaptableLayer,
  )
}

function siteOf(path: string, target: string, layer: AdaptableLayer): FoundSite {
  const { inFeatures, outFeatures, weightIsTransposed } = layer
  return { path, target, inFeatures, outFeatures, weightIsTransposed, layer }
}

export function endsWithName(path: string, name: string): boolean {
  return path === name || path.endsWith(`.${name}`)
}

function listNames(linears: readonly [string, AdaptableLayer][]): string {
  return [...new Set(linears.map(([path]) => path.split('.').at(-1)!))].join(', ')
}

/** The three nearest names or paths. */
function nearest(target: string, linears: readonly [string, AdaptableLayer][]): string[] {
  const names = new Set(
    linears.flatMap(([path]) => [path.split('.').at(-1)!, ...(target.includes('.') ? [path] : [])]),
  )
  return nearestNames(target, names).slice(0, 3)
}
