import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getBackend, setBackend } from '@gyre/tensor'
import { afterAll, vi } from 'vitest'
import { runCommand } from '../packages/gyre/src/run-command.js'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The command line's script, in that folder. */
const main = 'packages/gyre/src/main.ts'

/** What a command left behind. `code` is null where a signal ended it. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that is running. */
export interface Running {
  readonly process: ChildProcess
  /** What it has written so far. */
  readonly stderr: () => string
  readonly finished: Promise<Finished>
}

/** The end of the command before: they share one process, and so take turns. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs `gyre` to its end in this process, one command after the other: starting a process costs a second. What it
 * writes is kept from the test's own output.
 */
export function gyre(...args: readonly string[]): Promise<Finished> {
  const finished = last.then(() => runHere(args))
  last = finished
  return finished
}

async function runHere(args: readonly string[]): Promise<Finished> {
  const written = { stdout: '', stderr: '' }
  const backend = getBackend()
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.stdout += String(text)
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.stderr += String(text)
      return true
    }),
    vi.spyOn(console, 'log').mockImplementation((...words) => {
      written.stdout += `${words.join(' ')}\n`
    }),
  ]
  try {
    const code = await runCommand(args)
    return { code, ...written }
  } finally {
    for (const spy of spies) spy.mockRestore()
    setBackend(backend)
  }
}

/** Starts `gyre` as a process of its own, as people do: for a test that wants to interrupt it. */
export function startGyre(...args: readonly string[]): Running {
  return startScript(main, ...args)
}

/**
 * Runs `gyre` as a process that sends itself a signal where it first writes `words` to its standard error. Whoever
 * watches a short run from outside comes too late on a busy machine.
 */
export function signalledGyre(
  signal: NodeJS.Signals,
  words: string,
  ...args: readonly string[]
): Promise<Finished> {
  const hook = `
    const write = process.stderr.write.bind(process.stderr)
    process.stderr.write = (text, ...rest) => {
      const written = write(text, ...rest)
      if (String(text).includes(${JSON.stringify(words)})) {
        process.stderr.write = write
        process.kill(process.pid, ${JSON.stringify(signal)})
      }
      return written
    }`
  const preload = `--import=data:text/javascript,${encodeURIComponent(hook)}`
  return startProcess([preload], main, args).finished
}

/** Starts a TypeScript file of the repository as a process, as the npm scripts do. */
export function startScript(script: string, ...args: readonly string[]): Running {
  return startProcess([], script, args)
}

function startProcess(nodeOptions: readonly string[], script: string, args: readonly string[]): Running {
  const loader = ['--conditions=@gyre/source', '--import=tsx', ...nodeOptions]
  const child = spawn(process.execPath, [...loader, join(root, script), ...args], { cwd: root })
  const stdout = textOf(child.stdout)
  const stderr = textOf(child.stderr)
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout: stdout(), stderr: stderr() }))
  })
  return { process: child, stderr, finished }
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

/** What a command printed; an error with what it complained of when it failed. */
export async function outputOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gyre(...args)
  if (code !== 0) throw new Error(`gyre ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** What a command printed with `--json`: one JSON value and nothing else. */
export async function jsonOf<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await outputOf(...args, '--json')) as T
}

/**
 * The one sentence that a command complained in, without `error: `. What it said before may tell of its progress;
 * output, a stack, or success is an error.
 */
export async function complaintOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gyre(...args)
  // Hints stand in parentheses below.
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('('))
  const complaints = lines.filter((line) => line.startsWith('error: '))
  const isClear = code === 1 && stdout === '' && complaints.length === 1 && complaints[0] === lines.at(-1)
  if (!isClear || /^\s+at |bug in gyre/m.test(stderr)) {
    throw new Error(
      `gyre ${args.join(' ')}: expected one sentence, got code ${code}, ${JSON.stringify({ stdout, stderr })}`,
    )
  }
  return complaints[0]!.slice('error: '.length)
}

/** `{ steps: 3, resume: true }` as `--steps 3 --resume`; what is undefined is left out. */
export function flags(options: { readonly [name: string]: string | number | true | undefined }): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return []
    return value === true ? [`--${name}`] : [`--${name}`, String(value)]
  })
}

/** A folder of this file's tests, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gyre-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The files of a folder, with what is in them. */
export function contentsOf(folder: string): { [name: string]: string } {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name)).toString('hex')]))
}
