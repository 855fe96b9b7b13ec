import type { HasParameters, Parameter } from '@gyre/tensor'
import { checkOption, checkRate, OptimizerError } from '../errors.js'

/** Parameters under their names: a module, an adapter, `module.namedParameters()`, a map. */
export type NamedParameters = HasParameters | Iterable<readonly [name: string, parameter: Parameter]>

/** Parameters that share settings of their own. */
export interface ParameterGroup {
  /** For printing; default `group 0`, `group 1`, … */
  readonly name?: string
  readonly parameters: NamedParameters
  /** In place of the optimiser's learning rate; under a schedule the two keep their ratio. */
  readonly learningRate?: number
  /** Multiplies the group's learning rate: 1/p for block-circulant parameters of block size p. Default 1. */
  readonly learningRateScale?: number
  /** In place of the optimiser's weight decay. */
  readonly weightDecay?: number
}

/** What an optimiser is made for: everything alike, or a list of groups. */
export type ParameterGroups = NamedParameters | readonly ParameterGroup[]

/** A group with its settings decided and its frozen parameters left out. */
export interface ResolvedGroup {
  readonly name: string
  readonly parameters: ReadonlyMap<string, Parameter>
  /** The group's learning rate as a multiple of the optimiser's. */
  readonly rateFactor: number
  readonly weightDecay: number
}

export interface GroupDefaults {
  readonly learningRate: number
  readonly weightDecay: number
}

/** Decides every group's settings. A name or a parameter that comes twice is an error. */
export function resolveGroups(
  where: string,
  groups: ParameterGroups,
  defaults: GroupDefaults,
): readonly ResolvedGroup[] {
  const base = defaults.learningRate
  checkOption(where, 'learningRate', base, Number.isFinite(base) && base > 0, 'a number above 0')
  const names = new Set<string>()
  const owners = new Map<Parameter, string>()
  return listOfGroups(groups).map((group, index) => {
    const { name = `group ${index}`, learningRateScale = 1, weightDecay = defaults.weightDecay } = group
    const learningRate = group.learningRate ?? base
    checkRate(where, `learningRate of ${name}`, learningRate)
    checkRate(where, `learningRateScale of ${name}`, learningRateScale)
    checkRate(where, `weightDecay of ${name}`, weightDecay)
    const parameters = new Map<string, Parameter>()
    for (const [parameterName, parameter] of pairsOf(group.parameters)) {
      const owner = owners.get(parameter)
      if (names.has(parameterName) || owner !== undefined) {
        const other = owner === undefined || owner === parameterName ? '' : `, first as ${owner}`
        throw new OptimizerError(`${where}: ${parameterName} comes twice among the parameters${other}`)
      }
      names.add(parameterName)
      owners.set(parameter, parameterName)
      if (parameter.trainable) parameters.set(parameterName, parameter)
    }
    return {
      name,
      parameters,
      rateFactor: learningRateScale * (learningRate / base),
      weightDecay,
    }
  })
}

function listOfGroups(groups: ParameterGroups): readonly ParameterGroup[] {
  if (Array.isArray(groups) && groups.every((group) => 'parameters' in group)) return groups
  return [{ parameters: groups as NamedParameters }]
}

function pairsOf(parameters: NamedParameters): Iterable<readonly [string, Parameter]> {
  return 'namedParameters' in parameters ? parameters.namedParameters() : parameters
}
