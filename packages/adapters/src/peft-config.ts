import type { Module } from '@gyre/nn'
import { AdapterError } from './errors.js'
import type { Json, JsonObject } from './method.js'
import { PathPattern } from './path-pattern.js'
import { namesField, refuseVariants, wrongField } from './peft-fields.js'
import { endsWithName, type FoundSite, findSites, findSitesBy } from './sites.js'

// The fields of adapter_config.json that all of PEFT's methods share.

export function parsePeftConfig(text: string): JsonObject {
  let config: Json
  try {
    config = JSON.parse(text) as Json
  } catch (error) {
    throw new AdapterError(`adapter_config.json: ${(error as Error).message}`)
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new AdapterError('adapter_config.json: expected a JSON object')
  }
  return config as JsonObject
}

/**
 * The layers that `target_modules`, `exclude_modules`, `layers_to_transform` and `layers_pattern` choose together,
 * and the targets that name them.
 */
export function peftSites(
  model: Module,
  fields: JsonObject,
): { readonly targets: readonly string[]; readonly sites: readonly FoundSite[] } {
  refuseVariants(fields, { target_parameters: [], trainable_token_indices: [] })
  const isExcluded = excluded(fields)
  const isInLayers = inLayers(fields)
  const { target_modules: given } = fields
  if (given === undefined || given === null) throw wrongField(fields, 'target_modules', targetForms)
  if (typeof given === 'string' && given !== 'all-linear') {
    const pattern = new PathPattern(given, 'adapter_config.json: target_modules')
    const sites = findSitesBy(model, (path) => pattern.matches(path) && !isExcluded(path))
    if (sites.length === 0) {
      throw new AdapterError(
        `adapter_config.json: target_modules ${JSON.stringify(given)} matches no linear layer of the model`,
      )
    }
    return { targets: sites.map(({ path }) => path), sites }
  }
  if (typeof given !== 'string' && !Array.isArray(given))
    throw wrongField(fields, 'target_modules', targetForms)
  const targets = given === 'all-linear' ? [given] : namesField(fields, 'target_modules')
  const named = findSites(model, targets)
  // PEFT asks for no layer where a target is a whole path.
  const sites = named.filter(({ path, target }) => !isExcluded(path) && (path === target || isInLayers(path)))
  if (sites.length === named.length) return { targets, sites }
  if (sites.length === 0) {
    throw new AdapterError('adapter_config.json: exclude_modules and layers_to_transform leave no target')
  }
  return { targets: sites.map(({ path }) => path), sites }
}

const targetForms = 'a list of names, "all-linear" or a regular expression'

function excluded(fields: JsonObject): (path: string) => boolean {
  const given = fields.exclude_modules
  if (typeof given === 'string') {
    const pattern = new PathPattern(given, 'adapter_config.json: exclude_modules')
    return (path) => pattern.matches(path)
  }
  const names = namesField(fields, 'exclude_modules')
  return (path) => names.some((name) => endsWithName(path, name))
}

/** Whether the number behind the layers' name, or else the last number in a path, is one of those asked for. */
function inLayers(fields: JsonObject): (path: string) => boolean {
  const given = fields.layers_to_transform ?? []
  const indices = Array.isArray(given) ? given : [given]
  if (!indices.every((index) => Number.isInteger(index))) {
    throw wrongField(fields, 'layers_to_transform', 'a list of layer numbers')
  }
  if (indices.length === 0) return () => true
  if (typeof fields.target_modules === 'string') {
    throw new AdapterError('adapter_config.json: layers_to_transform needs a list of names as target_modules')
  }
  const pattern = fields.layers_pattern
  const names = typeof pattern === 'string' ? [pattern] : namesField(fields, 'layers_pattern')
  const special = names.find((name) => !/^[\w.]+$/.test(name))
  if (special !== undefined) {
    throw new AdapterError(
      `adapter_config.json: layers_pattern ${JSON.stringify(special)} is not supported; expected names such as "layers"`,
    )
  }
  return (path) => {
    const words = path.split('.')
    const numbers = words.flatMap((word, i) => {
      const before = words.slice(0, i).join('.')
      const counts = /^\d+$/.test(word) && i >= 2 && i < words.length - 1
      return counts && (names.length === 0 || names.some((name) => before.endsWith(`.${name}`)))
        ? [Number(word)]
        : []
    })
    return indices.includes(numbers.at(-1) ?? -1)
  }
}
