import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export type Flags = { readonly [name: string]: string | number | true }

/** What `gyre finetune --json` prints. */
export interface Finetuned {
  readonly adapter: number
  readonly heldOut: { readonly [metric: string]: number }
}

/** A run of `gyre finetune` into `folder`; one that is there already, of a study that was interrupted, is not made again. */
export function finetuneOnce(folder: string, flags: Flags): Finetuned {
  const result = `${folder}.json`
  if (!existsSync(result)) {
    mkdirSync(dirname(result), { recursive: true })
    writeFileSync(result, gyre('finetune', { ...flags, out: folder }))
  }
  return JSON.parse(readFileSync(result, 'utf8')) as Finetuned
}

/** Runs a command on one thread; what it prints is JSON. `positional` is what it takes without a name. */
export function gyre(command: string, flags: Flags, ...positional: readonly string[]): string {
  const words = Object.entries(flags).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  )
  const node = ['--conditions=@gyre/source', '--import=tsx', join(root, 'packages/gyre/src/main.ts')]
  const { status, stdout } = spawnSync(
    process.execPath,
    [...node, command, ...positional, ...words, '--json', '--threads', '1'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  if (status !== 0) fail(`gyre ${command} ended with ${status}`)
  return stdout
}

export function fail(sentence: string): never {
  console.error(`error: ${sentence}`)
  process.exit(1)
}
