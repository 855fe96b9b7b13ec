import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { executablePath } from '../../test/browser/chromium.js'
import { installPeers } from './install-peers.js'
import type { Suite } from './suite.js'

/** A system with its settings, as it is measured in a process of its own. */
export interface Participant {
  readonly system: string
  readonly threads: number
  /** It may turn out as it starts that there is none. */
  readonly onGpu: boolean
  readonly program: string
  readonly arguments: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** In place of `env` where times are measured. */
  readonly timingEnv?: NodeJS.ProcessEnv
}

/** A system that cannot take part, and why. */
export interface Absent {
  readonly system: string
  readonly reason: string
}

interface Kind {
  /** Numbers of threads that it can have; a system on a GPU has one, whatever is asked for. */
  readonly threads: readonly number[]
  readonly onGpu?: boolean
  /** npm packages of benchmarks/peers that it needs. */
  readonly packages?: readonly string[]
  /** How to start it, or why that cannot be done. */
  command(threads: number): Omit<Participant, 'system' | 'threads' | 'onGpu'> | string
}

const folder = fileURLToPath(new URL('..', import.meta.url))

/** Every system, in the order of the tables; the first is what the others are compared with. */
const kinds: { readonly [system: string]: Kind } = {
  gyre: { threads: [1, 2], command: inNode('src/systems/gyre.ts') },
  'gyre-relaxed': { threads: [1, 2], command: inNode('src/systems/gyre.ts', '--relaxed-simd') },
  pytorch: { threads: [1, 2], command: inPython },
  'tfjs-wasm': {
    threads: [1],
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
    command: inNode('peers/tfjs.mjs'),
  },
  'jax-js': { threads: [1], packages: ['@jax-js/jax'], command: inNode('peers/jax-js.mjs') },
  'jax-js-threads': { threads: [2], packages: ['@jax-js/jax'], command: inNode('peers/jax-js.mjs') },
  pffft: { threads: [1], packages: ['@echogarden/pffft-wasm'], command: inNode('peers/pffft.mjs') },
  'fft.js': { threads: [1], packages: ['fft.js'], command: inNode('peers/fft-js.mjs') },
  'gyre-gpu': { threads: [1], onGpu: true, command: inNode('src/systems/gyre-gpu.ts') },
  'gyre-gpu-browser': { threads: [1], onGpu: true, command: inBrowser('src/systems/gyre-gpu.ts') },
  'tfjs-webgpu': {
    threads: [1],
    onGpu: true,
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'],
    command: inBrowser('peers/tfjs-webgpu.mjs'),
  },
  'jax-js-webgpu': {
    threads: [1],
    onGpu: true,
    packages: ['@jax-js/jax'],
    command: inBrowser('peers/jax-js-webgpu.mjs'),
  },
  'pytorch-cuda': { threads: [1], onGpu: true, command: inPythonOnCuda },
}

export const systemNames = Object.keys(kinds)

/** Gyre on the processor is what systems on a GPU are held against. */
export function takesPart(system: string, { onGpu = false }: Suite): boolean {
  return kinds[system]!.onGpu === true ? onGpu : !onGpu || system === 'gyre'
}

export function findParticipants(
  systems: readonly string[],
  threads: readonly number[],
): { participants: Participant[]; absent: Absent[] } {
  installPeers(systems.flatMap((system) => kinds[system]!.packages ?? []))
  const participants: Participant[] = []
  const absent: Absent[] = []
  for (const system of systems) {
    const kind = kinds[system]!
    for (const count of kind.threads.filter((count) => kind.onGpu || threads.includes(count))) {
      const command = kind.command(count)
      if (typeof command !== 'string') {
        participants.push({ system, threads: count, onGpu: kind.onGpu ?? false, ...command })
      } else if (absent.at(-1)?.system !== system) absent.push({ system, reason: command })
    }
  }
  return { participants, absent }
}

/** The same Node with the same loader, on a module that exports a `System`. */
function inNode(module: string, ...flags: readonly string[]): Kind['command'] {
  return (threads) => ({
    program: process.execPath,
    arguments: [
      ...process.execArgv,
      '--expose-gc',
      join(folder, 'src/serve.ts'),
      join(folder, module),
      `${threads}`,
      ...flags,
    ],
    env: process.env,
  })
}

/** A page of headless Chromium, on a module that exports a `System`. */
function inBrowser(module: string): Kind['command'] {
  return () => {
    if (executablePath === undefined) return 'no Chromium is on the PATH or in CHROMIUM_PATH'
    return {
      program: process.execPath,
      arguments: [...process.execArgv, join(folder, 'src/serve-in-browser.ts'), join(folder, module)],
      env: process.env,
    }
  }
}

const withoutTorch = 'no python3 on the PATH imports torch'

function inPythonOnCuda(threads: number): ReturnType<Kind['command']> {
  const program = pythonWithTorch()
  if (!program) return withoutTorch
  const findsDevice = 'import sys, torch; sys.exit(not torch.cuda.is_available())'
  if (spawnSync(program, ['-c', findsDevice], { env: pythonEnv() }).status !== 0)
    return 'torch.cuda.is_available() is not true'
  return {
    program,
    arguments: [join(folder, 'peers/pytorch_peer.py'), `${threads}`, 'cuda'],
    env: pythonEnv(),
  }
}

function inPython(threads: number): ReturnType<Kind['command']> {
  const program = pythonWithTorch()
  if (!program) return withoutTorch
  const env = { ...pythonEnv(), OMP_NUM_THREADS: `${threads}` }
  return {
    program,
    arguments: [join(folder, 'peers/pytorch_peer.py'), `${threads}`, 'cpu'],
    env,
    timingEnv: { ...env, ...keepFreedMemory },
  }
}

/** Without what would choose OpenBLAS's kernels for another processor. */
function pythonEnv(): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _type, OPENBLAS_L2_SIZE: _size, ...env } = process.env
  return env
}

/**
 * glibc keeps what PyTorch frees instead of giving it back: on a virtual machine a page fault costs so much that
 * steps take up to ten times as long without it.
 */
const keepFreedMemory = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TOP_PAD_: '100000000',
  MALLOC_TRIM_THRESHOLD_: '100000000000',
}

let python: string | undefined | null = null

/** The first python3 on the PATH that has PyTorch: there may be several. */
function pythonWithTorch(): string | undefined {
  if (python !== null) return python
  const candidates = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'python3'))
  python = candidates
    .filter((candidate) => existsSync(candidate))
    .find((candidate) => spawnSync(candidate, ['-c', 'import torch'], { env: pythonEnv() }).status === 0)
  return python
}
