import { readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { formatNumber, renderTable } from '@gyre/report'
import { type AnyOp, type Backend, jsBackend, ops } from '@gyre/tensor'
import type { Command } from 'commander'
import { backendNames, type CommonOptions, chooseBackend } from '../common-options.js'

interface Diagnosis {
  readonly gyre: string
  readonly node: string
  readonly platform: string
  readonly processors: number
  /** Threads that kernels run on. */
  readonly threads: number
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number }
  readonly backends: { readonly [name: string]: BackendState }
  /** The backend that `--backend` chose. */
  readonly backend: string
  /** Which kernel it runs for each op in float32. */
  readonly kernels: { readonly [op: string]: string }
  /** Ops for which it has no kernel of its own. */
  readonly fallbacks: readonly string[]
  readonly cache: { readonly path: string; readonly bytes: number }
}

type BackendState = { readonly available: true } | { readonly available: false; readonly reason: string }

export function addDoctor(program: Command): Command {
  return program
    .command('doctor')
    .description('say what Gyre finds here: backends, kernels, threads, memory, cache')
    .action(runDoctor)
}

async function runDoctor(options: CommonOptions): Promise<void> {
  const diagnosis = await diagnose(chooseBackend(options))
  console.log(options.json ? JSON.stringify(diagnosis) : formatDiagnosis(diagnosis))
}

async function diagnose(backend: Backend): Promise<Diagnosis> {
  const kernels = kernelsOf(backend)
  const cache = resolve('.gyre')
  return {
    gyre: gyreVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processors: availableParallelism(),
    threads: 1,
    memory: { totalBytes: totalmem(), freeBytes: freemem() },
    backends: Object.fromEntries(
      backendNames.filter((name) => name !== 'auto').map((name) => [name, backendState(name)]),
    ),
    backend: backend.name,
    kernels,
    // The reference kernels are what js consists of; elsewhere they stand in.
    fallbacks:
      backend === jsBackend ? [] : Object.keys(kernels).filter((name) => kernels[name] === 'reference'),
    cache: { path: cache, bytes: await bytesBelow(cache) },
  }
}

function backendState(name: string): BackendState {
  return name === jsBackend.name
    ? { available: true }
    : { available: false, reason: `this version of Gyre has no ${name} backend` }
}

function kernelsOf(backend: Backend): { [op: string]: string } {
  return Object.fromEntries(
    Object.entries(ops).map(([name, op]) => [name, backend.kernelFor(op as unknown as AnyOp, 'float32')]),
  )
}

function gyreVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

/** Bytes of the files in a folder and below; 0 when there is none. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(file.parentPath, file.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((total, size) => total + size, 0)
}

function formatDiagnosis(diagnosis: Diagnosis): string {
  const { memory, backends, backend, kernels, fallbacks, cache } = diagnosis
  const counts = new Map<string, number>()
  for (const kernel of Object.values(kernels)) counts.set(kernel, (counts.get(kernel) ?? 0) + 1)
  const kernelCounts = [...counts].map(([kernel, count]) => `${count} ${kernel}`).join(', ')
  return renderTable(
    [{ title: 'what' }, { title: 'here' }],
    [
      ['Gyre', diagnosis.gyre],
      ['Node', `${diagnosis.node}, ${diagnosis.platform}`],
      ['threads', `${diagnosis.threads} (${diagnosis.processors} processors)`],
      ['memory', `${mebibytes(memory.totalBytes)}, ${mebibytes(memory.freeBytes)} free`],
      ...Object.entries(backends).map(([name, state]) => [
        `backend ${name}`,
        state.available ? `available${name === backend ? ', in use' : ''}` : state.reason,
      ]),
      ['kernels', `${Object.keys(kernels).length} ops on ${backend}: ${kernelCounts}`],
      ['falls back', fallbacks.length === 0 ? 'none' : fallbacks.join(', ')],
      ['cache', `${cache.path}, ${mebibytes(cache.bytes)}`],
    ],
  )
}

function mebibytes(bytes: number): string {
  return `${formatNumber(bytes / 2 ** 20, 1)} MiB`
}
