import { access, constants, mkdir, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type BackendOptions, backendNames } from './backend.js'
import { UsageError } from './errors.js'

/** What every command takes. */
export interface CommonOptions extends BackendOptions {
  /** Standard output then holds JSON only; everything else goes to standard error. */
  readonly json: boolean
  readonly seed: number
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON on standard output, and nothing else', false)
    .option('--seed <n>', 'seed of everything random', integer(0), 0)
    .addOption(
      new Option('--backend <name>', 'where the numbers are computed').choices(backendNames).default('auto'),
    )
    .option(
      '--threads <n>',
      'threads of the kernels; default: as many as the machine runs at once, 8 at most',
      integer(1, 64),
    )
}

/** Parses an integer option from `minimum` to `maximum`. */
export function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < minimum || value > maximum) {
      const range = maximum === Number.MAX_SAFE_INTEGER ? `≥ ${minimum}` : `from ${minimum} to ${maximum}`
      throw new InvalidArgumentError(`expected an integer ${range}.`)
    }
    return value
  }
}

/** Parses a number option above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('expected a number above 0.')
  }
  return value
}

/** Parses a number option of at least 0. */
export function nonNegativeNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('expected a number ≥ 0.')
  }
  return value
}

/** Parses names separated by commas. */
export function nameList(text: string): string[] {
  return text.split(',').map((name) => name.trim())
}

/** Makes the folder that a command writes to, before anything is computed that could then not be written. */
export async function makeOutputFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await access(folder, constants.W_OK)
}

/** Throws a `UsageError` when a command would write into a folder that it reads; the folders by their options. */
export async function checkOutputFolder(
  out: string,
  inputs: { readonly [option: string]: string | undefined },
): Promise<void> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => resolve(path))
  for (const [option, path] of Object.entries(inputs)) {
    if (path !== undefined && (await real(path)) === (await real(out))) {
      throw new UsageError(
        `--out ${out} is the folder of --${option}, which is left as it is; choose another`,
      )
    }
  }
}
