import { access, constants, mkdir } from 'node:fs/promises'
import { type Backend, jsBackend, setBackend } from '@gyre/tensor'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from './errors.js'

/** What every command takes. */
export interface CommonOptions {
  /** Standard output then holds JSON only; everything else goes to standard error. */
  readonly json: boolean
  readonly seed: number
  readonly backend: BackendName
}

export const backendNames = ['auto', 'js', 'wasm', 'gpu'] as const
export type BackendName = (typeof backendNames)[number]

export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON on standard output, and nothing else', false)
    .option('--seed <n>', 'seed of everything random', integer(0), 0)
    .addOption(
      new Option('--backend <name>', 'where the numbers are computed').choices(backendNames).default('auto'),
    )
}

/** Sets the backend that a name asks for, and says on standard error what `auto` chose. */
export function chooseBackend({ backend }: CommonOptions): Backend {
  if (backend === 'wasm' || backend === 'gpu') {
    throw new UsageError(
      `--backend ${backend}: this version of Gyre has no ${backend} backend; expected auto or js`,
    )
  }
  if (backend === 'auto')
    process.stderr.write('backend: js (the reference kernels; this version has no faster one)\n')
  setBackend(jsBackend)
  return jsBackend
}

/** Parses an integer option of at least `minimum`. */
export function integer(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`expected an integer ≥ ${minimum}.`)
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
