import type { OptionSyntax } from '@gyre/adapters'
import { type MethodText, methodOptions } from '@gyre/train'

/** Where block sizes are left to the gradients, and what only then can be said. */
export const automatic = 'auto'
const onlyAutomatic = ['budget', 'by']

/** An option of a method as a form shows it. */
export interface ShownOption {
  readonly name: string
  readonly syntax: OptionSyntax<unknown>
  /** As it is written by default. */
  readonly defaultText: string
}

/** The options of a method that have a meaning beside the others, the one that decides its size first. */
export function shownOptions({ name, options }: MethodText): ShownOption[] {
  return Object.entries(methodOptions(name))
    .filter(([option]) => options.blockSize === automatic || !onlyAutomatic.includes(option))
    .map(([option, syntax]) => ({ name: option, syntax, defaultText: defaultText(option, syntax) }))
}

/** As the command line takes it: the first option always, others where they are not as by default. */
export function writeMethodText(method: MethodText): string {
  const parts = shownOptions(method).flatMap(({ name, syntax, defaultText }, index) => {
    const text = method.options[name]?.trim() ?? defaultText
    const isSaid = text !== defaultText || (index === 0 && text !== '')
    return isSaid ? [`${syntax.alias ?? name}=${text}`] : []
  })
  return [method.name, ...parts].join(':')
}

/** What is wrong with the text of an option, in one sentence. */
export function optionProblem(
  method: MethodText,
  { name, syntax, defaultText }: ShownOption,
): string | undefined {
  const text = method.options[name]?.trim() ?? defaultText
  const isKnown = name !== 'budget' && text === defaultText
  if (isKnown || (name === 'blockSize' && text === automatic)) return undefined
  // A colon would begin another option.
  if (text.includes(':') && !/^max:\d+$/.test(text)) return `${name}: expected no colon, got '${text}'`
  return problemOf(() => syntax.parse(text, name))
}

/** The sentence of whatever is thrown. */
export function problemOf(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** A budget has no default: there it must be said. */
function defaultText(option: string, { default: value, format }: OptionSyntax<unknown>): string {
  return option === 'budget' ? '' : format(value)
}
