import { readdir, stat } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import type { GpuBackend } from '@gyre/gpu'
import { formatNumber, renderTable } from '@gyre/report'
import { type AnyOp, type Backend, isGyreError, ops } from '@gyre/tensor'
import type { WasmBackend } from '@gyre/wasm'
import type { Command } from 'commander'
import { type ChosenBackend, chooseBackend, loadGpu, loadWasm, switchesRelaxedSimdOn } from '../backend.js'
import type { CommonOptions } from '../common-options.js'
import { gyreVersion } from '../version.js'

interface Diagnosis {
  readonly gyre: string
  readonly node: string
  readonly platform: string
  readonly processors: number
  /** Threads that kernels run on. */
  readonly threads: number
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number }
  readonly backends: { readonly js: JsState; readonly wasm: WasmState; readonly gpu: GpuState }
  /** The backend that `--backend` chose. */
  readonly backend: string
  /** Which kernel it runs for each op, in single precision. */
  readonly kernels: { readonly [op: string]: string }
  /** Ops that it leaves to their reference kernels, or to compositions of other ops, and why. */
  readonly fallbacks: { readonly [op: string]: string }
  /** Blocks of a circulant matrix from this size on are multiplied through their transforms, on the backend wasm. */
  readonly smallestTransformedBlock: number
  readonly cache: { readonly path: string; readonly bytes: number }
}

interface JsState {
  readonly available: true
}

interface Missing {
  readonly available: false
  readonly reason: string
}

type WasmState =
  | Missing
  | {
      readonly available: true
      readonly variant: string
      /** Whether the engine has relaxed SIMD only because the command switched it on. */
      readonly switchedOn: boolean
      /** Why there is one thread, where there can be no more. */
      readonly singleThreadReason?: string
    }

type GpuState =
  | Missing
  | {
      readonly available: true
      readonly adapter: string
      readonly driver: string
      readonly features: readonly string[]
      readonly limits: { readonly [name: string]: number }
    }

/** The limits of a device that kernels meet first. */
const shownLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const

export function addDoctor(program: Command): Command {
  return program
    .command('doctor')
    .description('say what Gyre finds here: backends, kernels, threads, memory, cache')
    .action(runDoctor)
}

async function runDoctor(options: CommonOptions): Promise<void> {
  const diagnosis = await diagnose(await chooseBackend(options))
  console.log(options.json ? JSON.stringify(diagnosis) : formatDiagnosis(diagnosis))
}

async function diagnose({ backend, threads, wasm, gpu }: ChosenBackend): Promise<Diagnosis> {
  const { referenceReasons, smallestTransformedBlock } = await import('@gyre/wasm')
  const cache = resolve('.gyre')
  return {
    gyre: gyreVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processors: availableParallelism(),
    threads,
    memory: { totalBytes: totalmem(), freeBytes: freemem() },
    backends: {
      js: { available: true },
      wasm: wasm ? wasmState(wasm) : await findWasm(),
      gpu: gpu ? gpuState(gpu) : await findGpu(),
    },
    backend: backend.name,
    kernels: kernelsOf(backend),
    // The reference kernels are what js consists of; elsewhere they stand in.
    fallbacks: Object.fromEntries(
      wasm ? referenceReasons() : gpu ? (await import('@gyre/gpu')).compositionReasons() : [],
    ),
    smallestTransformedBlock,
    cache: { path: cache, bytes: await bytesBelow(cache) },
  }
}

function wasmState({ status: { variant, singleThreadReason } }: WasmBackend): WasmState {
  const switchedOn = switchesRelaxedSimdOn && variant === 'relaxed-simd'
  return { available: true, variant, switchedOn, singleThreadReason }
}

/** Whether there could be WebAssembly where another backend was chosen. */
async function findWasm(): Promise<WasmState> {
  try {
    return wasmState(await loadWasm(1))
  } catch (error) {
    if (!isGyreError(error)) throw error
    return { available: false, reason: error.message }
  }
}

function gpuState({ device, status }: GpuBackend): GpuState {
  const { adapter, driver } = status
  return {
    available: true,
    adapter,
    driver,
    features: [...device.features].sort(),
    limits: Object.fromEntries(shownLimits.map((name) => [name, device.limits[name]])),
  }
}

/** Whether there could be a GPU where another backend was chosen. */
async function findGpu(): Promise<GpuState> {
  try {
    return gpuState(await loadGpu())
  } catch (error) {
    if (!isGyreError(error)) throw error
    return { available: false, reason: error.message }
  }
}

/** Some ops are for complex numbers only. */
const dtypes = ['float32', 'complex64'] as const

function kernelsOf(backend: Backend): { [op: string]: string } {
  return Object.fromEntries(
    Object.entries(ops).map(([name, op]) => {
      const found = dtypes.map((dtype) => backend.kernelFor(op as unknown as AnyOp, dtype))
      return [name, found.find((kernel) => kernel !== 'reference') ?? 'reference']
    }),
  )
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
  const inUse = (name: string): string => (name === backend ? ', in use' : '')
  return renderTable(
    [{ title: 'what' }, { title: 'here' }],
    [
      ['Gyre', diagnosis.gyre],
      ['Node', `${diagnosis.node}, ${diagnosis.platform}`],
      ['threads', `${diagnosis.threads} (${diagnosis.processors} processors)`],
      ['memory', `${mebibytes(memory.totalBytes)}, ${mebibytes(memory.freeBytes)} free`],
      ['backend js', `available${inUse('js')}: the reference kernels`],
      [
        'backend wasm',
        backends.wasm.available
          ? `available${inUse('wasm')}: ${describeWasm(backends.wasm)}`
          : backends.wasm.reason,
      ],
      [
        'backend gpu',
        backends.gpu.available
          ? `available${inUse('gpu')}: ${backends.gpu.adapter}; ${backends.gpu.driver}`
          : backends.gpu.reason,
      ],
      ...(backends.gpu.available ? gpuRows(backends.gpu) : []),
      ['kernels', `${Object.keys(kernels).length} ops on ${backend}: ${kernelCounts}`],
      ['falls back', formatFallbacks(fallbacks)],
      [
        'block-circulant',
        `on wasm through Fourier transforms from block size ${diagnosis.smallestTransformedBlock} on, below as a dense matrix`,
      ],
      ['cache', `${cache.path}, ${mebibytes(cache.bytes)}`],
    ],
  )
}

function gpuRows({ features, limits }: GpuState & { available: true }): [string, string][] {
  return [
    ['gpu features', features.join(', ')],
    [
      'gpu limits',
      Object.entries(limits)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
  ]
}

function describeWasm({ variant, switchedOn, singleThreadReason }: WasmState & { available: true }): string {
  const parts = [
    switchedOn ? `${variant}, which this command switched on: Node 20 keeps it behind a flag` : variant,
    ...(singleThreadReason === undefined ? [] : [`one thread: ${singleThreadReason}`]),
  ]
  return parts.join('; ')
}

/** `conj: no kernel yet; reshape, stopGradient: it is a view` */
function formatFallbacks(fallbacks: Diagnosis['fallbacks']): string {
  const opsOf = new Map<string, string[]>()
  for (const [op, reason] of Object.entries(fallbacks)) opsOf.set(reason, [...(opsOf.get(reason) ?? []), op])
  if (opsOf.size === 0) return 'nothing'
  return [...opsOf].map(([reason, names]) => `${names.join(', ')}: ${reason}`).join('; ')
}

function mebibytes(bytes: number): string {
  return `${formatNumber(bytes / 2 ** 20, 1)} MiB`
}
