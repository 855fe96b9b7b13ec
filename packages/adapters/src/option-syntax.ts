import { AdapterError } from './errors.js'

/** One entry of a method's configuration: what it means, its default, and how it is written as text. */
export interface OptionSyntax<T> {
  readonly doc: string
  /** The paper's letter (`p`, `r`), accepted in place of the name. */
  readonly alias?: string
  /** The only words that `parse` accepts, where they are few. */
  readonly choices?: readonly string[]
  readonly default: T
  /** Reads `text`; `where` begins the error message. */
  parse(text: string, where: string): T
  format(value: T): string
}

/** The syntax of a whole configuration; leaving an entry out does not compile. */
export type ConfigSyntax<Config> = { readonly [Key in keyof Config]-?: OptionSyntax<Config[Key]> }

type Described<T> = Pick<OptionSyntax<T>, 'doc' | 'alias' | 'default'>

export function integerOption(
  options: Described<number> & { readonly minimum: number },
): OptionSyntax<number> {
  const { minimum, ...described } = options
  return {
    ...described,
    parse: (text, where) => {
      const value = Number(text)
      if (text.trim() === '' || !Number.isInteger(value) || value < minimum) {
        throw new AdapterError(`${where}: expected an integer ≥ ${minimum}, got '${text}'`)
      }
      return value
    },
    format: String,
  }
}

export function numberOption(options: Described<number>): OptionSyntax<number> {
  return {
    ...options,
    parse: (text, where) => {
      const value = Number(text)
      if (text.trim() === '' || !Number.isFinite(value)) {
        throw new AdapterError(`${where}: expected a number, got '${text}'`)
      }
      return value
    },
    format: String,
  }
}

export function booleanOption(options: Described<boolean>): OptionSyntax<boolean> {
  return {
    ...options,
    choices: ['true', 'false'],
    parse: (text, where) => {
      if (text !== 'true' && text !== 'false') {
        throw new AdapterError(`${where}: expected true or false, got '${text}'`)
      }
      return text === 'true'
    },
    format: String,
  }
}

/** One of a few words, which its help text lists. */
export function choiceOption<Choice extends string>(
  options: Described<NoInfer<Choice>> & { readonly choices: readonly Choice[] },
): OptionSyntax<Choice> {
  const { choices, ...described } = options
  return {
    ...described,
    choices,
    doc: `${options.doc}: ${choices.join(' or ')}`,
    parse: (text, where) => {
      const choice = choices.find((each) => each === text)
      if (choice === undefined) {
        throw new AdapterError(`${where}: expected ${choices.join(' or ')}, got '${text}'`)
      }
      return choice
    },
    format: (choice) => choice,
  }
}
