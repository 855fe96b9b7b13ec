import {
  type AdapterMethod,
  type AnyMethodFactory,
  choiceOption,
  configure,
  integerOption,
  type OptionSyntax,
  type TargetConfig,
} from '@gyre/adapters'
import type { BlockSizeScore, BlockSizesByPath } from '@gyre/circulant'
import { TrainingError } from './errors.js'
import { adapterMethods } from './methods.js'

/** What is trained: an adapter, the head alone on the frozen model, or everything but the modules named in `freeze`. */
export type TrainingMethod =
  | { readonly kind: 'adapter'; readonly label: string; readonly method: AdapterMethod }
  | { readonly kind: 'head'; readonly label: 'head' }
  | { readonly kind: 'full'; readonly label: string; readonly freeze?: readonly string[] }

/**
 * A method whose block sizes are not known yet: `chooseBlockSizesFor` chooses them within the budget, by the gradients
 * of a run's first batches.
 */
export interface AutomaticMethod {
  readonly kind: 'automatic'
  readonly label: string
  /** The most numbers that its adapters may have together. */
  readonly budget: number
  /** What they should be best at. */
  readonly score: BlockSizeScore
  /** The sites that may get an adapter. */
  readonly targets: readonly string[]
  /** What is trained once they are known: an adapter at these sites. */
  readonly withBlockSizes: (blockSizes: BlockSizesByPath) => TrainingMethod
}

/** A method's text taken apart: `{ name: 'bca', options: { blockSize: '16' } }`. */
export interface MethodText {
  readonly name: string
  /** What is given, under the options' names; texts that nobody has parsed. */
  readonly options: { readonly [name: string]: string }
}

/** The forms that `parseMethod` takes, for help texts: `bca[:blockSize|p=…]`. */
export function methodGrammar(): string[] {
  const adapters = Object.values(adapterMethods as { [name: string]: AnyMethodFactory }).map((factory) => {
    const options = Object.entries(factory.options).map(
      ([key, { alias, doc, default: value, format }]) =>
        `[:${alias === undefined ? key : `${key}|${alias}`}=${format(value)}] ${doc};`,
    )
    return `${factory.methodName}${options.join(' ')}`
  })
  return [...adapters, `full[:freeze=…] ${fullOptions.freeze.doc}`, 'head']
}

/**
 * What can be said of a method, by its name; of one with block sizes also what goes with `p=auto`. A `TrainingError`
 * where there is no such method.
 */
export function methodOptions(name: string): { readonly [option: string]: OptionSyntax<unknown> } {
  if (name === 'head') return {}
  if (name === 'full') return fullOptions
  const { options } = factoryOf(name, name)
  return Object.hasOwn(options, 'blockSize') ? { ...options, ...automaticOptions } : options
}

/** Takes `name[:key=value]…` apart; keys are the configuration's names or the paper's letters. */
export function readMethodText(text: string): MethodText {
  const [name = '', ...rest] = text.split(':')
  if (name === 'head') {
    if (rest.length > 0) throw new TrainingError(`method '${text}': head takes no options`)
    return { name, options: {} }
  }
  if (name === 'full') {
    const pairs = readPairs(rest, text)
    if (pairs.length > 1 || pairs.some(([key]) => key !== 'freeze')) throw wrongFreeze(`method '${text}'`)
    return { name, options: Object.fromEntries(pairs) }
  }
  factoryOf(name, text)
  return { name, options: readOptions(name, rest, text) }
}

/** Reads `name[:key=value]…`; keys are the configuration's names or the paper's letters. */
export function parseMethod(text: string, targets: TargetConfig): TrainingMethod {
  const method = parseRunMethod(text, targets)
  if (method.kind !== 'automatic') return method
  throw new TrainingError(
    `method '${text}': block sizes are chosen by the gradients of a run, and here is none; expected sizes`,
  )
}

/** As `parseMethod`, for a run: there `p=auto:budget=4096` can choose the block sizes. */
export function parseRunMethod(text: string, targets: TargetConfig): TrainingMethod | AutomaticMethod {
  const { name, options: given } = readMethodText(text)
  if (name === 'head') return { kind: name, label: name }
  if (name === 'full') {
    if (given.freeze === undefined) return { kind: name, label: name }
    return { kind: name, label: text, freeze: fullOptions.freeze.parse(given.freeze, `method '${text}'`) }
  }
  const factory = factoryOf(name, text)
  const { budget, by, ...options } = given
  const isAutomatic = options.blockSize === 'auto'
  if (isAutomatic && budget === undefined)
    throw new TrainingError(`method '${text}': p=auto needs a budget, as in ${name}:p=auto:budget=4096`)
  if (!isAutomatic && (budget ?? by) !== undefined)
    throw new TrainingError(`method '${text}': ${budget === undefined ? 'by' : 'budget'} belongs to p=auto`)
  const config = Object.fromEntries(
    Object.entries(options)
      .filter(([key]) => !(isAutomatic && key === 'blockSize'))
      .map(([key, value]) => [key, factory.options[key]!.parse(value, `method '${text}', ${key}`)]),
  )
  if (budget === undefined) {
    const method = configure(factory, { ...config, ...targets })
    return { kind: 'adapter', label: method.label, method }
  }
  return {
    kind: 'automatic',
    label: text,
    budget: automaticOptions.budget.parse(budget, `method '${text}', budget`),
    score:
      by === undefined ? automaticOptions.by.default : automaticOptions.by.parse(by, `method '${text}', by`),
    targets: targets.targets,
    withBlockSizes: (blockSize) => {
      const chosen = { ...config, ...targets, targets: Object.keys(blockSize), blockSize }
      return { kind: 'adapter', label: text, method: configure(factory, chosen) }
    },
  }
}

/** Whether a method's text ends where its budget would follow: `bca:p=auto`. */
export function leavesBlockSizesOpen(text: string): boolean {
  const { blockSize, budget } = readMethodText(text).options
  return blockSize === 'auto' && budget === undefined
}

/** Every method by its name: the adapters, and what needs none. */
export const trainingMethodNames: readonly string[] = [...Object.keys(adapterMethods), 'full', 'head']

/** What goes with `p=auto`, of every method that has block sizes. */
const automaticOptions = {
  budget: integerOption({
    doc: 'the most numbers that the adapters may have together',
    default: 0,
    minimum: 1,
  }),
  by: choiceOption({
    doc: 'what is maximised of the gradients',
    choices: ['energy', 'magnitude'],
    default: 'energy',
  }),
}

const fullOptions: { readonly freeze: OptionSyntax<readonly string[]> } = {
  freeze: {
    doc: 'modules that stay as they are, joined by +',
    default: [],
    parse: (text, where) => {
      const names = text.split('+')
      if (names.includes('')) throw wrongFreeze(where)
      return names
    },
    format: (names) => names.join('+'),
  },
}

function wrongFreeze(where: string): TrainingError {
  return new TrainingError(`${where}: full has freeze, the names of modules joined by +`)
}

function factoryOf(name: string, text: string): AnyMethodFactory {
  if (!Object.hasOwn(adapterMethods, name)) {
    const known = trainingMethodNames.join(', ')
    throw new TrainingError(`method '${text}': unknown method '${name}'; expected one of ${known}`)
  }
  return (adapterMethods as { [name: string]: AnyMethodFactory })[name]!
}

/** Methods separated by commas. */
export function parseMethods(text: string, targets: TargetConfig): TrainingMethod[] {
  return text.split(',').map((part) => parseMethod(part.trim(), targets))
}

/** The texts of a method's options by their names. */
function readOptions(method: string, parts: readonly string[], text: string): { [name: string]: string } {
  const options = methodOptions(method)
  const found: { [name: string]: string } = {}
  for (const [key, value] of readPairs(parts, text)) {
    const name = Object.keys(options).find((name) => key === name || key === options[name]!.alias)
    if (name === undefined) {
      const own = Object.entries(factoryOf(method, text).options)
      const known = own.map(([name, { alias }]) => (alias ? `${name} (${alias})` : name))
      throw new TrainingError(`method '${text}': unknown option '${key}'; ${method} has ${known.join(', ')}`)
    }
    if (Object.hasOwn(found, name)) throw new TrainingError(`method '${text}': ${name} is given twice`)
    found[name] = value
  }
  return found
}

/** `key=value` pairs; a part without `=` belongs to the value before it, as in `p=max:64`. */
function readPairs(parts: readonly string[], text: string): [key: string, value: string][] {
  const pairs: [string, string][] = []
  for (const part of parts) {
    const at = part.indexOf('=')
    const previous = pairs.at(-1)
    if (at > 0) pairs.push([part.slice(0, at), part.slice(at + 1)])
    else if (at < 0 && previous) previous[1] += `:${part}`
    else throw new TrainingError(`method '${text}': expected key=value, got '${part}'`)
  }
  return pairs
}
