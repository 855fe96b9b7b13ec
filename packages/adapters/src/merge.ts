import type { AdaptableLayer, Delta } from '@gyre/nn'
import { add, scope, type Tensor } from '@gyre/tensor'
import type { Adapter } from './adapter.js'
import { AdapterError } from './errors.js'

/** A layer's weight before any merge, and the deltas that are in it now, in the order of their merging. */
interface MergedLayer {
  readonly original: Tensor
  readonly deltas: Delta[]
}
const mergedLayers = new WeakMap<AdaptableLayer, MergedLayer>()

/** Adds the adapter's ΔW into the weights: the same outputs at no cost. */
export function merge(adapter: Adapter): void {
  if (adapter.merged) throw new AdapterError(`adapter '${adapter.name}' is merged already`)
  if (!adapter.enabled)
    throw new AdapterError(`adapter '${adapter.name}' is switched off; switch it on to merge it`)
  for (const { layer, site } of sitesOf(adapter)) {
    const state = mergedLayers.get(layer) ?? { original: layer.weight.value, deltas: [] }
    mergedLayers.set(layer, state)
    state.deltas.push(site)
    rebuild(layer, state)
  }
  adapter.merged = true
}

/** Takes the adapter's ΔW out of the weights; when none is left, they are bit for bit what they were. */
export function unmerge(adapter: Adapter): void {
  if (!adapter.merged) throw new AdapterError(`adapter '${adapter.name}' is not merged`)
  for (const { layer, site } of sitesOf(adapter)) {
    const state = mergedLayers.get(layer)!
    state.deltas.splice(state.deltas.indexOf(site), 1)
    rebuild(layer, state)
    if (state.deltas.length === 0) mergedLayers.delete(layer)
  }
  adapter.merged = false
}

function* sitesOf(adapter: Adapter): Generator<{ layer: AdaptableLayer; site: Delta }> {
  for (const site of adapter.sites) yield { layer: site.layer, site }
}

/** Summed anew from the original, so that taking one away leaves no rounding behind. */
function rebuild(layer: AdaptableLayer, { original, deltas }: MergedLayer): void {
  layer.weight.assign(
    deltas.length === 0
      ? original
      : scope(() =>
          deltas.reduce((sum, delta) => add(sum, layer.toWeightLayout(delta.deltaWeight())), original),
        ),
  )
}
