import { type AdapterMethod, type AnyMethodFactory, configure, type TargetConfig } from '@gyre/adapters'
import { TrainingError } from './errors.js'
import { adapterMethods } from './methods.js'

/** What is trained: an adapter, the head alone on the frozen model, or everything but the modules named in `freeze`. */
export type TrainingMethod =
  | { readonly kind: 'adapter'; readonly label: string; readonly method: AdapterMethod }
  | { readonly kind: 'head'; readonly label: 'head' }
  | { readonly kind: 'full'; readonly label: string; readonly freeze?: readonly string[] }

/** The forms that `parseMethod` takes, for help texts: `bca[:blockSize|p=…]`. */
export function methodGrammar(): string[] {
  const adapters = Object.values(adapterMethods as { [name: string]: AnyMethodFactory }).map((factory) => {
    const options = Object.entries(factory.options).map(
      ([key, { alias, doc, default: value, format }]) =>
        `[:${alias === undefined ? key : `${key}|${alias}`}=${format(value)}] ${doc};`,
    )
    return `${factory.methodName}${options.join(' ')}`
  })
  return [...adapters, 'full[:freeze=…] modules that stay as they are, joined by +', 'head']
}

/** Reads `name[:key=value]…`; keys are the configuration's names or the paper's letters. */
export function parseMethod(text: string, targets: TargetConfig): TrainingMethod {
  const [name = '', ...rest] = text.split(':')
  if (name === 'head') {
    if (rest.length > 0) throw new TrainingError(`method '${text}': head takes no options`)
    return { kind: name, label: name }
  }
  if (name === 'full') {
    const pairs = readPairs(rest, text)
    if (pairs.length === 0) return { kind: name, label: name }
    const freeze = pairs.flatMap(([key, value]) => (key === 'freeze' ? value.split('+') : ['']))
    if (pairs.length > 1 || freeze.includes('')) {
      throw new TrainingError(`method '${text}': full has freeze, the names of modules joined by +`)
    }
    return { kind: name, label: text, freeze }
  }
  const factory = (adapterMethods as { [name: string]: AnyMethodFactory })[name]
  if (!factory || !Object.hasOwn(adapterMethods, name)) {
    const known = [...Object.keys(adapterMethods), 'full', 'head'].join(', ')
    throw new TrainingError(`method '${text}': unknown method '${name}'; expected one of ${known}`)
  }
  const config: Record<string, unknown> = {}
  for (const [key, value] of readPairs(rest, text)) {
    const found = Object.entries(factory.options).find(([long, { alias }]) => key === long || key === alias)
    if (!found) {
      const known = Object.entries(factory.options).map(([long, { alias }]) =>
        alias ? `${long} (${alias})` : long,
      )
      throw new TrainingError(`method '${text}': unknown option '${key}'; ${name} has ${known.join(', ')}`)
    }
    if (found[0] in config) throw new TrainingError(`method '${text}': ${found[0]} is given twice`)
    config[found[0]] = found[1].parse(value, `method '${text}', ${found[0]}`)
  }
  const method = configure(factory, { ...config, ...targets })
  return { kind: 'adapter', label: method.label, method }
}

/** Methods separated by commas. */
export function parseMethods(text: string, targets: TargetConfig): TrainingMethod[] {
  return text.split(',').map((part) => parseMethod(part.trim(), targets))
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
